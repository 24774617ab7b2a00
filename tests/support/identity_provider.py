"""Canaille as a real OpenID provider on loopback, run by its own environment: ``identity_provider.py PORT SETTINGS``.

SETTINGS is JSON: ``clients`` and ``people`` as its models take them. Everything is in memory and gone with the process.
"""

import json
import sys
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from canaille import create_app
from canaille.app import models
from canaille.backends import Backend


class Quiet(WSGIRequestHandler):
    """Says nothing for each request."""

    def log_message(self, *arguments: object) -> None:
        """Nothing."""


class Threaded(ThreadingMixIn, WSGIServer):
    """A browser keeps a connection open while Chartwarden asks on another."""

    daemon_threads = True


def main(port: int, settings: dict) -> None:
    """Make the provider's people and clients, say that it is up, and serve until killed."""
    config = {
        "SECRET_KEY": "of the tests", "SERVER_NAME": f"localhost:{port}", "PREFERRED_URL_SCHEME": "http",
        "CANAILLE": {"DATABASE": "memory", "ACL": {"DEFAULT": {"PERMISSIONS": ["edit_self", "use_oidc"]}}},
        "CANAILLE_OIDC": {"REQUIRE_NONCE": True},
    }  # fmt: skip
    app = create_app(config)
    with app.app_context():
        for values in settings["people"]:
            Backend.instance.save(models.User(**values))
        for values in settings["clients"]:
            client = models.Client(**values)
            Backend.instance.save(client)
            client.audience = [client]
            Backend.instance.save(client)
    server = make_server("127.0.0.1", port, app, Threaded, Quiet)
    print("up", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main(int(sys.argv[1]), json.loads(sys.argv[2]))
