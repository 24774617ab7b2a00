"""Each month, who may is compared with who does, and with who is still here."""

from chartwarden.duties.contracts import Duty

DUTY = Duty(
    title="Access recertification",
    citation="45 CFR 164.308(a)(4)(ii)(C); 164.308(a)(3)(ii)(C)",
    why="Roles outlast the work they were given for. The law asks that access is reviewed and changed as work changes, "
    "and that it ends when an engagement ends.",
    how="Go through the list of people, roles and logins. Keep what the work still needs, withdraw the rest. Look "
    "first at what the exit review shows: people who left, and logins that nobody here owns or uses.",
    rule="FREQ=MONTHLY;BYMONTHDAY=1",
    owner="privacy_officer",
    due_days=10,
    closed_by="duties.access_recertified",
    looks_back=True,
    page="duties:recertification",
)
