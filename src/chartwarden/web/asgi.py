"""The gateway as an ASGI application."""

from __future__ import annotations

import gc
import os
import sys

import django
from django.utils import timezone

from chartwarden.web.parent import end_with_it

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chartwarden.web.settings")
django.setup()
from chartwarden.gateway.services import application as gateway  # noqa: E402  after Django is set up

application = gateway(timezone.now)
end_with_it()
sys.setswitchinterval(0.0005)  # whoever gathers facts gives way to answers that wait
gc.collect()
gc.freeze()  # what is there by now stays: looking through it for circles would hold up requests for a tenth of a second
