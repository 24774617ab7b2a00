"""The pieces of ``_fhir_sql``'s SELECT: one rule of ``read`` each, in DuckDB's dialect."""

from __future__ import annotations

from collections.abc import Mapping

from chartwarden.logs.formats import _fhir_codes as codes
from chartwarden.logs.formats._fhir_columns import quoted
from chartwarden.logs.formats._fhir_values import ID

# Host and path before the type may not hold a segment that begins with P: none is a patient compartment.
PLAIN = (
    r"(?:https?://[a-z0-9.:~-]+(?:/[A-OQ-Za-z0-9.~-][A-Za-z0-9._~-]*)*/)?"
    rf"[A-Z][A-Za-z]+/{ID}(?:/_history/{ID})?"
)
INSTANT = r"[12]\d{3}-\d\d-\d\dT(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,6})?(?:Z|[+-](?:0\d|1[0-4]):[0-5]\d)"
SPACE = r"[ \t\v\f\r\x1c-\x1f\x{85}\p{Z}]"
# Of values joined by line feeds, one a line: what ``read`` trims or refuses, or what may be no text in the JSON.
SUSPECT = (
    rf"(?m)^$|^{SPACE}|{SPACE}$|\x00|^[\[{{]|^(?:true|false|-?(?i:nan|inf|infinity)|-?\d{{19,}}"
    r"|-?\d+\.\d+(?:[eE][+-]?\d+)?|-?\d+[eE][+-]?\d+)$"
)
MAY_NAME_PATIENT = r"(?i)patient[/=:.]|subject[=:.]|%|(?:^|[?&\s])(?:_id|identifier)="
PRINTED = r"[!-~](?:[ -~\r\n\t]*[!-~])?"
NO_BASE64 = r"[A-Za-z/?_$&%][!-~]*[?&%:_.$-][!-~]*"  # holds a character that base64 does not


def look_up(table: Mapping[str, object], value: str) -> str:
    """A long table's meaning of a value, null where it has none.

    A map, because DuckDB makes joins of long INs, and a CASE works its operand out again at each WHEN.
    """
    return f"MAP {{{', '.join(f'{quoted(code)}: {_literal(meaning)}' for code, meaning in table.items())}}}[{value}]"


def choose(table: Mapping[str, object], column: str) -> str:
    """A short table's meaning of a column."""
    return (
        f"CASE {column} {' '.join(f'WHEN {quoted(code)} THEN {_literal(found)}' for code, found in table.items())} END"
    )


def _literal(meaning: object) -> str:
    return quoted(meaning) if isinstance(meaning, str) else str(meaning)


def code_of(kind: str) -> str:
    """The code of a Coding or a CodeableConcept."""
    return f"coalesce({kind}.code, {kind}.coding[1].code)"


def one_code(kind: str) -> str:
    """Whether that is all the codes it has."""
    return f"(coalesce(len({kind}.coding), 0) <= 1 AND ({kind}.code IS NULL OR {kind}.coding IS NULL))"


def few(items: str) -> str:
    """Whether a list holds one element at most."""
    return f"coalesce(len({items}), 0) <= 1"


def plain(reference: str) -> str:
    """Whether a reference is absent or a plain Type/id, perhaps on a server, perhaps of a version."""
    return f"({reference} IS NULL OR regexp_full_match({reference}, {quoted(PLAIN)}))"


def kind(reference: str) -> str:
    """The type in a plain reference."""
    return f"split_part(split_part({reference}, '/_history/', 1), '/', -2)"


def key(reference: str) -> str:
    """The id in a plain reference."""
    return f"split_part(split_part({reference}, '/_history/', 1), '/', -1)"


def action(queries: str) -> str:
    """What was done; null where ``read`` finds no access or no action. Most events are REST interactions."""
    ranks = {code: rank + 1 for code, rank in codes.RANKS.items()}  # lists count from 1
    meanings = ", ".join(quoted(meaning or "") for meaning, _ in codes.CODES)
    first = f"CASE WHEN first <> {quoted(codes.REST)} THEN {look_up(ranks, 'first')} END"
    return f"""nullif(coalesce([{meanings}][least({first}, {look_up(ranks, "second")})],
    CASE WHEN action = 'E' AND {queries} THEN 'search' ELSE {choose(codes.LETTERS, "action")} END), '')"""


def plain_query(query: str) -> str:
    """A query as text, where it is plainly base64 of ASCII or plainly not base64; else empty."""
    decoded = f"TRY(decode(from_base64({query})))"
    return f"""CASE WHEN {query} IS NULL THEN NULL
    WHEN regexp_full_match({query}, '[A-Za-z0-9+/]+={{0,2}}') AND length({query}) % 4 = 0 THEN
      CASE WHEN coalesce(regexp_full_match({decoded}, {quoted(PRINTED)}), false) THEN {decoded} ELSE '' END
    WHEN regexp_full_match({query}, {quoted(NO_BASE64)}) THEN {query} ELSE '' END"""


def instant(written: str) -> str:
    """A time with its offset as naive UTC; null where it is none. (A cast to TIMESTAMP would drop the offset.)"""
    return f"make_timestamp(epoch_us(try_cast({written} AS TIMESTAMPTZ)))"


def named(value: str) -> str:
    """A text that says something."""
    return f"nullif({value}, '')"


def who(reference: str) -> str:
    """The identifier, else the id, of whom a Reference names."""
    return f"{named(f'{reference}.identifier.value')}, {key(f'{reference}.reference')}"


def network(agent: str) -> str:
    """An agent's addresses, in order."""
    return ", ".join(named(f"{agent}.{field}") for field in ("network.address", "networkString", "networkUri"))


def concept(concepts: str) -> str:
    """The words of the first concept, in order."""
    return ", ".join(named(f"{concepts}[1].{at}") for at in ("text", "coding[1].display", "coding[1].code"))


def outcome(column: str) -> str:
    """R4's code, or R5's ``outcome.code``, from the JSON as it stands."""
    said = {form.format(code): meaning for code, meaning in codes.OUTCOMES.items() for form in ("{}", '"{}"')}
    coded = f"""from_json_strict({column}, '{{"code": {{"code": "VARCHAR"}}}}').code.code"""
    return (
        f"CASE WHEN starts_with({column}, '{{') THEN {look_up(codes.OUTCOMES, coded)} ELSE {choose(said, column)} END"
    )
