"""What others may have the demo do: make a clinic."""

from chartwarden.demo.clinic import make_clinic

__all__ = ["make_clinic"]
