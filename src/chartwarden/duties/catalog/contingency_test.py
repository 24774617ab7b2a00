"""Each year, it is tried whether backups can be restored and work can go on."""

from chartwarden.duties.contracts import Duty

DUTY = Duty(
    title="Contingency test",
    citation="45 CFR 164.308(a)(7)(ii)(D)",
    why="A backup that was never restored is a hope. The law asks for periodic tests of contingency plans.",
    how="Restore a backup on another machine, see that its records open, and time it. Write down what was restored, "
    "how long it took and what was mended.",
    rule="FREQ=YEARLY",
    owner="security_officer",
    due_days=120,
    proposed="The law in force says periodic. Once a year, and a restore within 72 hours, are asked for by the "
    "Security Rule proposal of 2025.",
)
