"""What the command line may have the installation do."""

from chartwarden.web.examining import examine
from chartwarden.web.gateway import serve_gateway
from chartwarden.web.pages import serve_pages
from chartwarden.web.serving import make_ready, point_at, run, set_up
from chartwarden.web.worker import work

__all__ = ["examine", "make_ready", "point_at", "run", "serve_gateway", "serve_pages", "set_up", "work"]
