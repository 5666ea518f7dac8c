"""The completeness report an auditor takes away: everything it says is counted from the log's traces and the journals."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from domain.facts import DeadlineMissed, EndingReached, Entry
from domain.hire import adverse
from domain.log.completeness import Completeness
from domain.log.trail import Trace

#: In the order they are shown; each is a key `report.part.<name>` of the catalogue.
PARTS = ("counts", "decisions", "adverse", "pairs", "interventions", "missed", "reads", "checkpoints", "differences")


class Adverse(BaseModel):
    """An ending that hurts, with the person behind it and the reason."""

    model_config = ConfigDict(frozen=True)

    case: str
    number: int
    at: datetime
    ending: str
    decided_by: str
    reason: str

    @property
    def named(self) -> bool:
        return self.decided_by.startswith("person:") and bool(self.reason)


class AuditReport(BaseModel):
    """`decisions` and `interventions` are counts by person and by what; `pairs` who approved what whom had proposed."""

    model_config = ConfigDict(frozen=True)

    since: datetime | None
    until: datetime | None
    counts: dict[str, int]
    decisions: dict[str, dict[str, int]]
    adverse: tuple[Adverse, ...]
    pairs: tuple[Trace, ...]
    interventions: tuple[Trace, ...]
    missed: dict[str, int]
    reads: dict[str, int]
    checkpoints: dict[str, int]
    completeness: Completeness

    @property
    def faults(self) -> list[str]:
        """What must not be: an adverse decision without person or reason, one person on both sides, a difference. As (what, about)."""
        found = [f"unnamed {each.case} {each.number}" for each in self.adverse if not each.named]
        found += [f"one_person {each.stream} {each.ref}" for each in self.pairs if each.actor == each.second]
        return found + [f"{each.code} {each.about}" for each in self.completeness.differences]


def report(
    traces: Sequence[Trace],
    entries: Iterable[Entry],
    completeness: Completeness,
    checkpoints: dict[str, int],
    since: datetime | None,
    until: datetime | None,
) -> AuditReport:
    """The report over these traces and journal entries, all of one period."""
    ends, missed = [], Counter[str]()
    for entry in entries:
        if isinstance(entry.fact, EndingReached) and adverse(entry.fact.ending):
            ends.append(_adverse(entry, entry.fact))
        if isinstance(entry.fact, DeadlineMissed):
            missed[entry.fact.key.partition(":")[0]] += 1
    return AuditReport(
        since=since,
        until=until,
        counts=dict(sorted(Counter(trace.leaf for trace in traces).items())),
        decisions=_by_person(trace for trace in traces if trace.leaf in ("fact", "decision", "key")),
        adverse=tuple(ends),
        pairs=tuple(trace for trace in traces if trace.second and trace.actor),
        interventions=tuple(trace for trace in traces if trace.intervention),
        missed=dict(sorted(missed.items())),
        reads=dict(sorted(Counter(trace.actor for trace in traces if trace.leaf == "read").items())),
        checkpoints=checkpoints,
        completeness=completeness,
    )


def _adverse(entry: Entry, fact: EndingReached) -> Adverse:
    said: dict[str, Any] = {"case": entry.case, "number": entry.number, "at": entry.at}
    return Adverse(**said, ending=str(fact.ending), decided_by=fact.decided_by, reason=fact.reason)


def _by_person(traces: Iterable[Trace]) -> dict[str, dict[str, int]]:
    found: dict[str, Counter[str]] = {}
    for trace in traces:
        if trace.actor.startswith("person:"):
            found.setdefault(trace.actor, Counter())[trace.what] += 1
    return {who: dict(sorted(what.items())) for who, what in sorted(found.items())}
