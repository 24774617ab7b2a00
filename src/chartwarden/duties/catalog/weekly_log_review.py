"""Each week's access logs are read, decided and signed."""

from chartwarden.duties.contracts import Duty

DUTY = Duty(
    title="Weekly log review",
    citation="45 CFR 164.308(a)(1)(ii)(D)",
    why="The law asks that records of who opened what are looked at regularly. A log that nobody reads "
    "protects nobody.",
    how="Import the week's access log, decide its cases and sign the review. Signing it closes this duty by itself.",
    rule="FREQ=WEEKLY;BYDAY=MO",
    owner="privacy_officer",
    due_days=7,
    due_setting="review_due_days",
    since_setting="reviews_from",
    closed_by="review.signed",
    looks_back=True,
    page="review:calendar",
)
