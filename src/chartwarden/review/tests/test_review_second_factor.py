"""From the sign-in page to the signature by the pages alone, with an app as second factor: nothing is skipped."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from chartwarden.ledger.queries import entries
from chartwarden.review import models
from chartwarden.review.tests.desk_support import case, judged, taken
from tests.support.api import app_of, code_of
from tests.support.clinic import PASSWORD, House, show_again


def test_an_officer_signs_in_with_an_app_reviews_and_signs(house: House, tmp_path: Path) -> None:
    cache.clear()
    review = taken(house, case("c0"), own=judged(tmp_path, 120))
    secret, client = app_of(house, "privacy_officer"), Client()

    def page(name: str, **arguments: object) -> str:
        return reverse(f"review:{name}", kwargs={"clinic": house.id, **arguments})

    def shows(address: str) -> Any:
        cache.clear()  # as if the last code were long past: one works once
        return client.post(address, {"code": code_of(secret)})

    read, sign = page("review", review=review), page("sign", review=review)
    client.post("/accounts/login/", {"login": "privacy_officer@lakeside.example", "password": PASSWORD})
    assert client.get(read).headers["Location"].startswith("/accounts/")  # the password alone opens nothing
    assert shows("/accounts/2fa/authenticate/").headers["Location"] == "/"
    assert client.get(read).status_code == 200
    row = models.CaseRecord.objects.get(review_id=review)
    decided = {"outcome": "in_order", "note": "The queue was late.", "revision": row.revision}
    client.post(page("decide", case=row.id), decided)
    show_again(client, 0)
    asked, _, back = client.get(sign).headers["Location"].partition("?")
    assert "reauthenticate" in asked
    assert shows(f"/accounts/2fa/reauthenticate/?{back}").headers["Location"] == sign
    assert client.post(sign, {"coverage": "on"}).headers["Location"] == read
    assert models.Review.objects.get(id=review).state == "signed"
    told = {one.kind: one for one in entries(house.id)}
    assert told["people.signed_in"].facts["methods"] == ["password", "totp"]
    assert told["review.signed"].actor == house.actor("privacy_officer").ref
