"""Which passwords are refused, without asking anybody: those that are guessed first (NIST SP 800-63B, 5.1.1.2).

Beside Django's 20,000 most common passwords, zxcvbn knows 30,000 passwords from breaches, English words, US first and
family names, keyboard walks, repeats, sequences, dates and letters written as digits, and how they are strung together;
the person's own address, names and clinics are words it is told. What can be guessed in fewer than ten thousand million
tries is refused. A long password that was breached, but is on none of these lists and follows no such pattern, is not
caught: docs/explanation/passwords.md says how many are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from zxcvbn import zxcvbn

from chartwarden.clinics.queries import clinics
from chartwarden.clinics.services import across_clinics
from chartwarden.people import identity, models

SHORTEST, LONGEST = 12, 256
LOOKED_AT = 72
ENOUGH = 10**10
OWN = 6
"""So many letters and digits must be left when words about the person are taken out."""
HELP = (
    f"At least {SHORTEST} characters. Four or five words that have nothing to do with each other are good, and easy to "
    "remember. A password manager is better."
)


class HardToGuess:
    """A validator in Django's form; ``user`` may carry ``words`` that are about them."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raise ValidationError with what to do."""
        if len(password) < SHORTEST:
            raise ValidationError(f"Use at least {SHORTEST} characters. This has {len(password)}.", code="too_short")
        if len(password) > LONGEST:
            raise ValidationError(f"Use at most {LONGEST} characters.", code="too_long")
        words = words_about(user)
        if len(without(words, password)) < OWN:
            raise ValidationError(
                "This password is made of names and words about you. Choose others.", code="about_you"
            )
        found = zxcvbn(password[:LOOKED_AT], user_inputs=sorted(words))
        if found["guesses"] < ENOUGH:
            why = found["feedback"]["warning"] or "It follows a pattern, or is made of words about you or the clinic."
            raise ValidationError(f"This password is among the first that are guessed. {why}", code="guessable")

    def get_help_text(self) -> str:
        """What a form says beside the field."""
        return HELP


def words_about(user: Any) -> set[str]:
    """Words that somebody who knows the user would try: address, names, clinics."""
    if user is None:
        return {"chartwarden"}
    texts = ["chartwarden", user.email, *getattr(user, "words", ())]
    texts += [clinic.name for clinic in clinics()]
    if user.pk:
        with across_clinics():
            for person in models.Person.objects.filter(user_id=user.pk):
                texts += identity.opened(person.clinic_id, person.identity).values()
    return pieces(texts)


def without(words: Iterable[str], password: str) -> str:
    """The letters and digits of a password that are not part of such words."""
    left = password.lower()
    for word in sorted(words, key=len, reverse=True):
        left = left.replace(word, " ")
    return "".join(re.findall(r"[^\W_]", left))


def pieces(texts: Iterable[str]) -> set[str]:
    """The words of texts in lower case, each of three letters or more, and the texts without their gaps."""
    found = set()
    for text in texts:
        parts = re.findall(r"[^\W_]+", text.lower())
        found |= {part for part in [*parts, "".join(parts)] if len(part) > 2}
    return found
