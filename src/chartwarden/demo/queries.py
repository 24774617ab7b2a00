"""What others may read of a demo clinic: the truth about it, and in what dress its log can be written."""

from chartwarden.demo.clinic import writers
from chartwarden.demo.truth import read_truth, truth_path

__all__ = ["read_truth", "truth_path", "writers"]
