"""The pages as a WSGI application."""

from __future__ import annotations

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from chartwarden.web.parent import end_with_it

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chartwarden.web.settings")
application = get_wsgi_application()
_ = get_resolver().url_patterns  # imports every page now rather than with somebody's first click
gc.collect()
gc.freeze()  # what is here now stays: each full collection would look through it again, for longer than a page takes
end_with_it()
