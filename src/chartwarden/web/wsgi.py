"""The pages as a WSGI application."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

from chartwarden.web.parent import end_with_it
from chartwarden.web.warming import warm

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chartwarden.web.settings")
application = get_wsgi_application()
warm()
end_with_it()
