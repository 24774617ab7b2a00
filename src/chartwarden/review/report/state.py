"""What is true now: totals, what was read, what was not, what ran. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from chartwarden.review.contracts import CoderLoad, Findings, HourCount
from chartwarden.review.report.charts import (
    CODERS,
    WEEKDAYS,
    hours_chart,
    queue_chart,
    shade_limits,
    shade_names,
    worst_first,
)  # fmt: skip
from chartwarden.review.report.contracts import Fact, Picture, Table
from chartwarden.review.report.plugged import Named
from chartwarden.review.report.text import SENTENCE, shown
from chartwarden.review.report.words import days, percent
from chartwarden.review.wording import count

QUARANTINED, DAYS, LOADS, SATURDAY = 50, 10, 200, 5


def cautions(findings: Findings) -> tuple[str, ...]:
    """What this review could not see, in sentences, gravest first; empty where all was read and checked."""
    told = []
    missing = [run for run in findings.detectors if not run.ran]
    if missing:
        why = "; ".join(sorted({shown(run.why_not or "no reason given") for run in missing}))
        told.append(f"{_start(count(len(missing), 'check'))} did not run ({why}).")
    lost = sum(given.quarantined for given in findings.inputs) or len(findings.quarantined)
    if lost:
        told.append(f"{_start(count(lost, 'row'))} could not be read. They are in quarantine, and were not checked.")
    gap = [day for day in findings.coverage.days_without_accesses if day.weekday() < SATURDAY]
    if gap:
        told.append(f"{_start(count(len(gap), 'working day'))} had no access at all. Was the log complete?")
    if not findings.totals.accesses:
        told.append("No access of a person in scope was found in this period. Is it the right log?")
    return tuple(told)


def facts(findings: Findings) -> tuple[Fact, ...]:
    """The totals."""
    totals = findings.totals
    return (
        Fact(
            f"{totals.accesses:,}", "accesses to records", f"{totals.first:,} first looks, {totals.repeated:,} repeated"
        ),
        Fact(percent(totals.explained, totals.accesses), "explained by the queue", f"{totals.explained:,} accesses"),
        Fact(f"{totals.unexplained:,}", "not explained", f"{percent(totals.unexplained, totals.accesses)} of accesses"),
        Fact(f"{len(findings.loads):,}", "coders with accesses", f"{len(findings.coverage.days):,} days with accesses"),
    )


def coverage(findings: Findings) -> tuple[str, ...]:
    """What was there to be read, in sentences."""
    seen = findings.coverage
    told = [f"Logs read as: {', '.join(shown(system) for system in seen.systems) or 'none'}."]
    gap = seen.days_without_accesses
    if gap:
        more = f" and {len(gap) - DAYS:,} more" if len(gap) > DAYS else ""
        told.append(f"Days without any access: {'; '.join(days(d, d) for d in gap[:DAYS])}{more}.")
    else:
        told.append("Each day of the period has accesses.")
    if seen.out_of_scope:
        told.append(f"{_start(count(seen.out_of_scope, 'access'))} by people outside of this review's scope: left out.")
    if seen.local_times_guessed:
        told.append(
            f"{_start(count(seen.local_times_guessed, 'local time'))} fell into a clock change and could mean two "
            "instants; the first was taken."
        )
    told += [
        f"{_start(count(number, 'row'))} of the log {'is' if number == 1 else 'are'} no access: {shown(what)}."
        for what, number in seen.not_accesses.items()
    ]
    told += [shown(note, SENTENCE) for note in seen.notes]
    return tuple(told)


def inputs(findings: Findings) -> Table:
    """Each input with its counts and digest."""
    return Table(
        caption="Inputs",
        columns=("File", "Format", "Rows", "Read", "Quarantined", "Duplicates", "SHA-256"),
        rows=tuple(
            (
                shown(given.name), shown(given.format), f"{given.rows:,}", f"{given.read:,}", f"{given.quarantined:,}",
                f"{given.duplicates:,}", given.sha256 or "–",
            )
            for given in findings.inputs
        ),
        numeric=(2, 3, 4, 5),
        code=(6,),
    )  # fmt: skip


def detectors(findings: Findings, named: Named) -> Table:
    """What became of each check; those that did not run come first."""
    runs = sorted(findings.detectors, key=lambda run: (run.ran, run.id))
    return Table(
        caption="Checks",
        columns=("Check", "Ran", "Signals", "Rule", "Version"),
        rows=tuple(
            (
                named.title(run.id),
                "✓ ran" if run.ran else f"✗ not run: {shown(run.why_not or 'no reason given', SENTENCE)}",
                f"{run.signals:,}" if run.ran else "–",
                named.citation(run.id) or "–",
                str(run.version),
            )
            for run in runs
        ),
        numeric=(2, 4),
    )


def explanations(findings: Findings, named: Named) -> Table:
    """How many accesses each explanation covers."""
    totals = findings.totals
    rows = sorted(totals.by_explanation.items(), key=lambda pair: (-pair[1], pair[0]))
    told = [(named.title(name), f"{number:,}", percent(number, totals.accesses)) for name, number in rows]
    return Table(
        caption="Why accesses were in order",
        columns=("Explanation", "Accesses", "Share"),
        rows=(*told, ("Not explained", f"{totals.unexplained:,}", percent(totals.unexplained, totals.accesses))),
        numeric=(1, 2),
    )


def quarantine(findings: Findings) -> Table | None:
    """The rows that could not be read, the first of them in full."""
    rows = findings.quarantined
    if not rows:
        return None
    left = len(rows) - QUARANTINED
    return Table(
        caption="Rows in quarantine",
        columns=("File", "Line", "Why it could not be read"),
        rows=tuple((shown(row.file), f"{row.line:,}", shown(row.reason, SENTENCE)) for row in rows[:QUARANTINED]),
        numeric=(1,),
        more=f"And {left:,} more." if left > 0 else "",
    )


def hours_picture(hours: Sequence[HourCount]) -> tuple[Picture, Table]:
    """When work was done, as a heat map and as a table."""
    counts = {(hour.weekday, hour.hour): hour.accesses for hour in hours}
    names = shade_names(shade_limits(max(counts.values(), default=0)))
    picture = Picture(
        title="Accesses by hour and weekday",
        description=_busiest(counts),
        svg=hours_chart(hours),
        legend=tuple((f"heat-{step}", name) for step, name in enumerate(names)),
    )
    return picture, hours_table(hours)


def hours_table(hours: Sequence[HourCount]) -> Table:
    """When work was done, as a table."""
    counts = {(hour.weekday, hour.hour): hour.accesses for hour in hours}
    return Table(
        caption="Accesses by hour and weekday",
        columns=("Hour", *WEEKDAYS),
        rows=tuple((f"{hour:02}:00", *(f"{counts.get((day, hour), 0):,}" for day in range(7))) for hour in range(24)),
        numeric=tuple(range(1, 8)),
    )


def queue_picture(loads: Sequence[CoderLoad], names: dict[str, str]) -> tuple[Picture, Table]:
    """Patients opened against the queue, per coder, as bars and as a table."""
    ordered = worst_first(loads)
    outside = [load for load in ordered if load.patients_unexplained]
    top = f" Most: {shown(names.get(ordered[0].coder, ordered[0].coder))}." if outside else ""
    left = len(ordered) - CODERS
    more = f" The picture shows the first {CODERS}; the table has all." if left > 0 else ""
    picture = Picture(
        title="Patients opened against the queue, per coder",
        description=f"{len(outside):,} of {len(ordered):,} coders opened records outside of it.{top}{more}",
        svg=queue_chart(loads, names),
        legend=(("accent", "outside of the queue, once or more"), ("heat-1", "always in the queue")),
    )
    return picture, queue_table(loads, names)


def queue_table(loads: Sequence[CoderLoad], names: dict[str, str]) -> Table:
    """Patients opened against the queue, per coder, as a table."""
    ordered = worst_first(loads)
    rows = tuple(
        (
            shown(names.get(load.coder, load.coder)), shown(load.coder), f"{load.patients:,}",
            f"{load.patients_assigned:,}", f"{load.patients_unexplained:,}", f"{load.accesses:,}",
        )
        for load in ordered[:LOADS]
    )  # fmt: skip
    return Table(
        caption="Patients opened, per coder",
        columns=("Coder", "Id", "Patients", "Assigned", "Outside of the queue", "Accesses"),
        rows=rows,
        numeric=(2, 3, 4, 5),
        more=f"And {len(ordered) - LOADS:,} more." if len(ordered) > LOADS else "",
    )


def _busiest(counts: dict[tuple[int, int], int]) -> str:
    if not counts:
        return "No accesses."
    (day, hour), most = max(counts.items(), key=lambda pair: (pair[1], -pair[0][0], -pair[0][1]))
    return f"In each coder's own zone. Busiest: {WEEKDAYS[day]} {hour:02}:00, {count(most, 'access')}."


def _start(text: str) -> str:
    return text[:1].upper() + text[1:]
