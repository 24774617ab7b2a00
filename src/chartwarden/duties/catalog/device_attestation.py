"""Each quarter, everybody who works remotely says that their device and desk are as they must be."""

from chartwarden.duties.contracts import Duty

DUTY = Duty(
    title="Device attestation",
    citation="45 CFR 164.310(b)-(d); 164.312(a)(2)(iv)",
    why="A laptop without encryption, or a screen that others can see, gives away every record opened on it.",
    how="Have each person who opens records confirm for their device: it is the clinic's or their company's, the disk "
    "is encrypted, the virus guard is on, the screen locks and can't be seen by others, nothing is kept after the "
    "task. Write down how many were asked, how many confirmed, and what was done about the rest.",
    rule="FREQ=YEARLY;BYMONTH=1,4,7,10;BYMONTHDAY=1",
    owner="security_officer",
    due_days=21,
)
