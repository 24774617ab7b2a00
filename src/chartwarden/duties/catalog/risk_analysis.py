"""Each year, the risks to electronic health information are written down anew."""

from chartwarden.duties.contracts import Duty

DUTY = Duty(
    title="Risk analysis",
    citation="45 CFR 164.308(a)(1)(ii)(A); 164.316(b)(2)(iii)",
    why="What is not seen can't be guarded. The law asks for an accurate and thorough analysis, kept up to date.",
    how="List where health information is kept and moved, what could go wrong there, how likely and how bad it is, and "
    "what is done about it. Have it dated and signed, and give its file's fingerprint as evidence.",
    rule="FREQ=YEARLY",
    owner="security_officer",
    due_days=90,
    proposed="The law in force says from time to time. Once a year is what the Security Rule "
    "proposal of 2025 asks for.",
)
