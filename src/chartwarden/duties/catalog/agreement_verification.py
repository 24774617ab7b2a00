"""Each year, every business associate shows in writing that its safeguards are in place."""

from chartwarden.duties.contracts import Duty

DUTY = Duty(
    title="Agreement verification",
    citation="45 CFR 164.308(b)(1), (3); 164.314(a)",
    why="An agreement is a promise. A coding company whose agreement has run out, or that does not keep it, has no "
    "business with the clinic's records.",
    how="For each vendor: is the agreement signed and in force, does it hold all terms, are subcontractors covered? "
    "Ask for a written statement that the technical safeguards are in place. Write down whom you asked and "
    "what came back.",
    rule="FREQ=YEARLY",
    owner="compliance_officer",
    due_days=60,
    proposed="The written statement each year is asked for by the Security Rule proposal of 2025 "
    "(90 FR 898, 6 January 2025). It is not law.",
)
