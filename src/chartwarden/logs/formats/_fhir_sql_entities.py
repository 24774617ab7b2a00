"""What was accessed, as SQL: the rules of ``_fhir_entities`` for up to three entities, each with one code at most."""

from __future__ import annotations

from chartwarden.logs.formats import _fhir_codes as codes
from chartwarden.logs.formats import _fhir_sql_parts as parts
from chartwarden.logs.formats._fhir_columns import quoted
from chartwarden.logs.formats._fhir_queries import SEARCHED

NUMBERS = (1, 2, 3)
KEPT_APART = "patient, encounter, action"  # columns that get a meaning of the same name


def select(rows: str) -> str:
    """The rows with ``action``, ``query``, ``patient``, ``encounter`` and ``document``, and in ``plainly`` whether
    their entities are understood here."""
    documents = ", ".join(parts.look_up(codes.DOCUMENT_OF_RESOURCE, f"other{n}") for n in NUMBERS)
    encounters = ", ".join(f"CASE WHEN kind{n} = 'Encounter' THEN id{n} END" for n in NUMBERS)
    searched = parts.look_up(codes.DOCUMENT_OF_RESOURCE, f"regexp_extract(query, {quoted(SEARCHED.pattern)}, 1)")
    return f"""
SELECT * EXCLUDE ({KEPT_APART}, asked_for), {parts.action("query IS NOT NULL")} AS action, asked_for AS patient,
  coalesce({_subject("encounter")}, {encounters}) AS encounter,
  coalesce({documents}, CASE WHEN {_any("other")} THEN NULL WHEN query IS NOT NULL THEN {searched}
    WHEN ({" OR ".join(f"person{n}" for n in NUMBERS)}) AND (first = 'rest' OR second = 'rest')
    THEN {quoted(codes.DOCUMENT_OF["Patient"])} END) AS document,
  {_plainly()} AS plainly
FROM (SELECT *, {parts.plain_query("asked_query")} AS query,
    {", ".join(f"CASE WHEN NOT person{n} THEN kind{n} END AS other{n}" for n in NUMBERS)},
    coalesce({_subject("patient")}, {", ".join(f"CASE WHEN person{n} THEN id{n} END" for n in NUMBERS)}) AS asked_for
  FROM (SELECT *, {", ".join(f"{_is_patient(n)} AS person{n}" for n in NUMBERS)},
      coalesce({", ".join(f"query{n}" for n in NUMBERS)}) AS asked_query
    FROM (SELECT *, {", ".join(_flat(n) for n in NUMBERS)}
      FROM (SELECT *, {", ".join(f"entity[{n}] AS entity{n}" for n in NUMBERS)} FROM ({rows})))))"""


def _flat(n: int) -> str:
    """An entity's leaves as columns."""
    what = f"entity{n}.what"
    return f"""{parts.kind(f"{what}.reference")} AS kind{n},
      coalesce({parts.key(f"{what}.reference")}, {parts.named(f"{what}.identifier.value")}) AS id{n},
      entity{n}.type.code AS type{n}, {parts.named(parts.code_of(f"entity{n}.role"))} AS role{n},
      {parts.named(f"entity{n}.query")} AS query{n}"""


def _is_patient(n: int) -> str:
    return (
        f"coalesce(kind{n} = 'Patient' OR (kind{n} IS NULL AND (role{n} = '{codes.ROLE_PATIENT}' "
        f"OR (type{n} = '{codes.TYPE_PERSON}' AND role{n} IS NULL))), false)"
    )


def _subject(reference: str) -> str:
    """The ids that R5's ``patient`` or ``encounter`` names, in order."""
    return f"{parts.key(f'{reference}.reference')}, {parts.named(f'{reference}.identifier.value')}"


def _any(column: str) -> str:
    return " OR ".join(f"{column}{n} IS NOT NULL" for n in NUMBERS)


def _plainly() -> str:
    """Whether the entities are few, with plain references, one query and one patient between them."""
    queries = " + ".join(f"(query{n} IS NOT NULL)::INT" for n in NUMBERS)
    return " AND ".join((
        f"coalesce(len(entity), 0) <= {len(NUMBERS)} AND {queries} <= 1",
        f"{parts.plain('patient.reference')} AND {parts.plain('encounter.reference')}",
        *(_is_plain(n) for n in NUMBERS),
        *(f"(NOT person{n} OR coalesce(id{n} = asked_for, false))" for n in NUMBERS),
    ))  # fmt: skip


def _is_plain(n: int) -> str:
    """A type says what the reference says, or is a digit; a role is a number; a description is no query."""
    what = f"entity{n}.what"
    return f"""(entity{n} IS NULL OR ({parts.plain(f"{what}.reference")}
    AND ({what}.reference IS NOT NULL OR {what}.type IS NULL)
    AND {parts.one_code(f"entity{n}.role")}
    AND coalesce(length(type{n}) = 1 OR type{n} = 'XrequestId' OR coalesce(type{n} = kind{n}, false), true)
    AND coalesce(length(role{n}) <= 2 AND role{n} BETWEEN '0' AND '9~', true)
    AND (entity{n}.description IS NULL OR NOT contains(entity{n}.description, '?'))))"""
