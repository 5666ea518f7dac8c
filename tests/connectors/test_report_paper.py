"""The audit report as paper, in both languages: what agrees, what does not, who did what, in words of the catalogue."""

from datetime import UTC, datetime

import pytest

from config.words import Words
from connectors.letters.report import ReportPrinter
from domain.errors import BadInput
from domain.log.completeness import Check, Completeness, Difference
from domain.log.report import Adverse, AuditReport
from domain.log.trail import Trace
from tests.connectors.test_dossier_paper import text

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
WAIVED = Trace(
    position=7, leaf="fact", stream="hire/a", ref="3", at=NOON, recorded_at=NOON, actor="person:helga", second="person:ines",
    what="condition_waived", reason="not_eligible",
)  # fmt: skip
ENDED = Adverse(case="hire/b", number=9, at=NOON, ending="not_eligible", decided_by="person:helga", reason="not_eligible")
FACTS = Check(name="facts", counts={"facts": 9, "leaves": 8}, differences=(Difference(code="fact_without_leaf", about="hire/a 3"),))
WHOLE = Check(name="facts", counts={"facts": 9, "leaves": 9})


def report(*checks: Check, **changed: object) -> AuditReport:
    made = AuditReport(
        since=None,
        until=None,
        counts={"fact": 9, "read": 2},
        decisions={"person:helga": {"condition_waived": 1, "erasure_withdrawn": 2}},
        adverse=(ENDED,),
        pairs=(WAIVED,),
        interventions=(WAIVED,),
        missed={"screening": 1},
        reads={"person:adam": 2},
        checkpoints={"signed": 3},
        completeness=Completeness(checks=checks),
    )
    return made.model_copy(update=changed)


@pytest.fixture(scope="module")
def printer() -> ReportPrinter:
    return ReportPrinter(Words.load())


@pytest.mark.parametrize(
    ("language", "says"),
    [
        ("en", ("Audit report", "Nothing is amiss", "condition waived", "erasure taken back 2", "facts 9", "2 Mar 2026 12:00:00 UTC")),
        ("fr", ("Rapport d'audit", "Rien à signaler", "condition levée", "proposition d’effacement retirée 2", "faits 9", "Concorde")),
    ],
)
def test_the_paper_says_in_both_languages_what_was_counted(printer: ReportPrinter, language: str, says: tuple[str, ...]) -> None:
    said = " ".join(text(printer.print(report(WHOLE), language, NOON)).split())
    for each in (*says, "helga", "ines", "hire/b"):
        assert each in said
    assert "person:" not in said
    assert "condition_waived" not in said


def test_what_is_amiss_is_named_and_nothing_is_said_to_be_well(printer: ReportPrinter) -> None:
    said = " ".join(text(printer.print(report(FACTS), "en", NOON)).split())
    assert "Amiss: 1." in said
    assert "hire/a 3" in said
    assert "Nothing is amiss" not in said
    unnamed = report(WHOLE, adverse=(ENDED.model_copy(update={"decided_by": "muster"}),))
    assert "Amiss: 1." in text(printer.print(unnamed, "en", NOON))


def test_a_check_that_was_not_made_does_not_say_that_the_records_agree(printer: ReportPrinter) -> None:
    skipped = Check(name="workflows", counts={}, skipped="engine_not_asked")
    line = next(line for line in text(printer.print(report(skipped), "en", NOON)).splitlines() if "Temporal was not asked" in line)
    assert not line.endswith("yes")


def test_the_same_report_is_the_same_paper_and_says_its_period(printer: ReportPrinter) -> None:
    one = report(WHOLE, since=NOON, until=NOON.replace(year=2027))
    assert printer.print(one, "en", NOON) == ReportPrinter(Words.load()).print(one, "en", NOON)
    assert "From 2 Mar 2026 12:00:00 UTC to 2 Mar 2027 12:00:00 UTC" in text(printer.print(one, "en", NOON))
    assert "The whole log" in text(printer.print(report(WHOLE), "en", NOON))


def test_what_cannot_be_set_is_refused_without_a_word_of_it(printer: ReportPrinter) -> None:
    with pytest.raises(BadInput) as caught:
        printer.print(report(WHOLE, reads={"漢secret": 1}), "en", NOON)
    assert "secret" not in str(caught.value)
