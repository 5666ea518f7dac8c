"""`muster audit reconcile`: what was compared, each difference in words, and the exit code."""

from dataclasses import dataclass

from domain.errors import EngineUnavailable
from domain.log.completeness import Check, Completeness, Difference
from tests.cli.conftest import Muster
from tests.cli.fakes import FakeDesk

LEAVES = Check(name="leaves", counts={"leaves": 12, "fact": 9})
ALONE = Check(name="workflows", skipped="engine_not_asked")


@dataclass
class FakeAuditing:
    found: Completeness

    async def reconcile(self) -> Completeness:
        return self.found


def test_records_that_agree_are_counted_and_end_well(muster: Muster, desk: FakeDesk) -> None:
    desk.auditing = FakeAuditing(Completeness(checks=(LEAVES, ALONE)))
    said = muster("audit", "reconcile")
    assert said.code == 0
    assert "leaves 12, fact 9" in said.out
    assert "Temporal was not asked" in said.out
    assert "the 99.9th percentile included" in said.out
    assert "Nothing is missing" in said.out


def test_a_difference_is_told_in_words_in_either_language_and_ends_with_1(muster: Muster, desk: FakeDesk) -> None:
    lost = Check(name="facts", differences=(Difference(code="leaf_without_fact", about="hire/x 3"),))
    desk.auditing = FakeAuditing(Completeness(checks=(LEAVES, lost)))
    said = muster("audit", "reconcile", "--language", "fr")
    assert (said.code, "La feuille du fait hire/x 3 existe, le fait non." in said.out) == (1, True)
    told = muster("audit", "reconcile", "--json")
    assert (told.code, told.json["complete"]) == (1, False)
    assert told.json["checks"][1]["differences"] == [{"code": "leaf_without_fact", "about": "hire/x 3"}]


def test_without_temporal_everything_else_is_compared(muster: Muster, desk: FakeDesk) -> None:
    desk.auditing = FakeAuditing(Completeness(checks=(LEAVES, ALONE)))
    desk.away = EngineUnavailable("nobody answers")
    assert muster("audit", "reconcile").code == 0
