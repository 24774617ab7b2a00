"""Second factors' secrets under the newest master key, so that an older one can be taken away."""

from __future__ import annotations

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.db import transaction

SEALED = ("secret", "seed")
"""What allauth keeps encrypted: an app's secret, and what recovery codes are derived from."""


def rewrap_second_factors() -> int:
    """Seal every second factor's secret anew; returns how many. They belong to accounts, so to no clinic's ledger."""
    adapter, count = get_adapter(), 0
    with transaction.atomic():
        for row in Authenticator.objects.select_for_update():
            sealed = {name: row.data[name] for name in SEALED if row.data.get(name)}
            if sealed:
                row.data = row.data | {name: adapter.encrypt(adapter.decrypt(text)) for name, text in sealed.items()}
                row.save(update_fields=["data"])
                count += 1
    return count
