"""The audit report as paper, in English or French: whether the records agree, and what `domain.log.report` counts. PDF/A-2a, PDF/UA-1.

Persons and cases stand by their ids, as in the log; nobody's name is known here.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from connectors.letters.dossier import Labels, when
from connectors.letters.press import MADE_WITH, Press, dated
from domain.log.completeness import Check
from domain.log.report import AuditReport
from domain.log.trail import Trace

TEMPLATE = Path(__file__).with_name("report.typ")
#: Headings and labels of the paper: `report.<name>` of the catalogue.
LABELS = ("title", "intro", "period", "whole", "facts", "made", "sound", "faults", "none", "limits", "not_claimed")
#: Heads of columns: `report.column.<name>`.
COLUMNS = ("what", "count", "who", "second", "when", "case", "ending", "reason", "counted", "agrees", "leaf")
#: Where the words of what was done stand: a fact, or an act outside the cases.
ACTS = ("fact", "console.trail", "leaf")

Rows = Iterable[Iterable[str]]


class ReportPrinter:
    """Sets reports. Safe to call from several threads; one is set at a time."""

    def __init__(self, labels: Labels) -> None:
        self._labels = labels
        self.made_with = MADE_WITH
        self._press = Press("report", TEMPLATE)

    def print(self, report: AuditReport, language: str, at: datetime) -> bytes:
        """The paper. Raises BadInput as `Press.set` does."""
        return self._press.set(_Sheet(self._labels, language, report, at).data(), dated(at)[0])


class _Sheet:
    """What one paper says: text alone, never markup."""

    def __init__(self, labels: Labels, language: str, report: AuditReport, at: datetime) -> None:
        self._labels, self._language, self._report, self._at = labels, language, report, at

    def data(self) -> dict[str, Any]:
        found = self._report
        on, numbers = dated(self._at)
        words = {name: self._raw(f"report.{name}") for name in LABELS}
        since, until = self._when(found.since), self._when(found.until)
        period = words["period"].replace("{since}", since).replace("{until}", until) if found.since or found.until else words["whole"]
        faults = words["faults"].replace("{n}", str(len(found.faults)))
        return {
            "language": self._language,
            "words": words | {"page": self._raw("paper.page"), "period": period, "faults": faults},
            "date": numbers,
            "made": self._when(on),
            "sound": not found.faults,
            "differences": [
                self._raw(f"completeness.difference.{d.code}").replace("{about}", d.about) for d in found.completeness.differences
            ],
            "parts": list(self._parts(found)),
        }

    def _parts(self, found: AuditReport) -> Iterable[dict[str, Any]]:
        yield self._part("differences", ("what", "counted", "agrees"), map(self._check, found.completeness.checks))
        ends = ([each.case, self._when(each.at), *self._end(each.ending, each.decided_by, each.reason)] for each in found.adverse)
        yield self._part("adverse", ("case", "when", "ending", "who", "reason"), ends)
        for name, traces in (("pairs", found.pairs), ("interventions", found.interventions)):
            yield self._part(name, ("leaf", "when", "case", "what", "who", "second"), map(self._trace, traces))
        done = ([_who(who), "; ".join(f"{self._act(what)} {n}" for what, n in acts.items())] for who, acts in found.decisions.items())
        yield self._part("decisions", ("who", "what"), done)
        counted: tuple[tuple[str, Mapping[str, int], tuple[str, ...]], ...] = (
            ("counts", found.counts, ("leaf",)),
            ("missed", found.missed, ("deadline",)),
            ("reads", found.reads, ()),
            ("checkpoints", found.checkpoints, ("console.report",)),
        )
        for name, figures, families in counted:
            yield self._part(name, ("what", "count"), ([self._counted(each, families), str(n)] for each, n in figures.items()))

    def _part(self, name: str, columns: tuple[str, ...], rows: Rows) -> dict[str, Any]:
        heads = [self._raw(f"report.column.{column}") for column in columns]
        return {"title": self._raw(f"report.part.{name}"), "columns": heads, "rows": [list(row) for row in rows]}

    def _check(self, each: Check) -> list[str]:
        what = self._raw(f"completeness.check.{each.name}")
        if each.skipped:
            return [what, self._raw(f"completeness.{each.skipped}"), "–"]
        counted = ", ".join(f"{name.replace('_', ' ')} {n}" for name, n in each.counts.items())
        return [what, counted, self._raw("dossier.no" if each.differences else "dossier.yes")]

    def _trace(self, each: Trace) -> list[str]:
        what = f"{self._act(each.what)} ({self._word(each.reason, 'reason')})" if each.reason else self._act(each.what)
        return [str(each.position), self._when(each.at), each.stream, what, _who(each.actor), _who(each.second)]

    def _end(self, ending: str, person: str, reason: str) -> list[str]:
        return [self._word(f"{ending}.name", "ending", otherwise=ending), _who(person), self._word(reason, "reason")]

    def _counted(self, name: str, families: tuple[str, ...]) -> str:
        return self._raw("report.facts") if name == "fact" and families == ("leaf",) else self._word(_who(name), *families)

    def _act(self, what: str) -> str:
        return self._word(what, *ACTS)

    def _word(self, name: str, *families: str, otherwise: str = "") -> str:
        """What something is called in the first of these families that has it; else as it stands."""
        for key in (f"{family}.{name}" for family in families):
            if key in self._labels.known(self._language) and "{" not in (text := self._raw(key)):
                return text
        return (otherwise or name).replace("_", " ") if families else name

    def _when(self, at: datetime | None) -> str:
        return "…" if at is None else when(at.isoformat(), self._language)

    def _raw(self, key: str) -> str:
        return self._labels.raw(key, self._language)


def _who(actor: str) -> str:
    """A person by their id alone; anybody else with what they are."""
    return actor.removeprefix("person:")
