"""Each year, the whole workforce is trained."""

from chartwarden.duties.contracts import Duty

DUTY = Duty(
    title="Yearly training",
    citation="45 CFR 164.308(a)(5)(i); 164.530(b)",
    why="People keep rules that they know. The law asks for training of everybody, and for proof that it took place. "
    "That it comes each year is this product's standard; the law says as needed.",
    how="Train everybody, coders from vendors too: only records in the queue, no copies, every access is logged, how "
    "to report what looks wrong. Write down the date, what was taught and how many attended.",
    rule="FREQ=YEARLY",
    owner="human_resources",
    due_days=60,
)
