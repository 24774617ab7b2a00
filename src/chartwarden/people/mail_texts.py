"""What mails say: fixed by their kind, without names and without anything about a patient. One link, and no more."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class MailText:
    """A mail's subject and its one or two sentences; the link follows below them."""

    subject: str
    body: str


MAIL_TEXTS: dict[str, MailText] = {
    "invited": MailText(
        "You are invited to Chartwarden", "A clinic invites you to sign in. The link is for you alone."
    ),
    "role_granted": MailText("Your role in Chartwarden changed", "You were given a role. See what it lets you do."),
    "question_asked": MailText("A question waits for your answer", "Please answer it in writing on your page."),
    "question_answered": MailText("A question was answered", "An answer to your question is there to be read."),
    "case_reopened": MailText("A case was opened again", "It waits for a decision."),
    "review_ready": MailText(
        "A review is ready", "A week's accesses were read. The review waits to be decided and signed."
    ),
    "review_late": MailText("A review is late", "A week's review was due and is not signed yet."),
    "duty_due": MailText("A duty is due soon", "Something that recurs is due from you soon."),
    "duty_late": MailText("A duty is overdue", "Something that was due from you has not been done."),
    "import_failed": MailText("An import needs you", "A file could not be used as it is. The page says why."),
    "password_reset": MailText(
        "Choose a new password for Chartwarden",
        "Somebody asked for a new password for this address. The link works once, for one hour; your second factor "
        "stays as it is. If it was not you, leave it.",
    ),
    "factors_reset": MailText(
        "Set up a new second factor for Chartwarden",
        "Your second factors were removed, and your sessions have ended. The link lets you set up a new one within a "
        "day; your password is needed too. If you did not ask for this, call your clinic's privacy officer at once.",
    ),
    "mail_test": MailText("A test from Chartwarden", "Mail from Chartwarden reaches you."),
}
"""Every kind there is."""

CLOSING = "You get this because of your role at a clinic. It holds no patient's data, and no answer to it is read."


def composed(kind: str, link: str) -> MailText:
    """A mail of one kind with its link. Raises KeyError for a kind that does not exist."""
    text = MAIL_TEXTS[kind]
    return MailText(text.subject, f"{text.body}\n\n{link}\n\n-- \n{CLOSING}\n")
