"""The judge of a demonstration: content with a clean one, and able to name each thing that must not be."""

import copy
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain import facts as f
from domain import hire, vacancy
from domain.facts import Entry
from domain.posts import PostSpec
from domain.words import Condition, Ending, PostKind, Stage
from sandbox.invariants import HELD, INVARIANTS, Evidence, check

START = datetime(2027, 1, 5, 8, tzinfo=UTC)
HIRE, VACANCY = "hire/abc", "vacancy/250442"
POSTS = tuple(PostSpec(id=name, kind=PostKind.PROJECT, grade_low="G8", grade_high="G8") for name in ("p1", "p2"))
ASK = "hire/abc/clearance/request/1"


def journal(case: str, *facts: Any) -> list[dict[str, Any]]:
    """Rows as SQLite gives them."""
    return [
        {
            "case_id": case,
            "number": n,
            "at": (START + timedelta(days=n)).isoformat(),
            "actor": "muster",
            "step": f"s{n}",
            "body": fact.model_dump_json(),
        }
        for n, fact in enumerate(facts, 1)
    ]


def clean() -> Evidence:
    """One hire that lost its post to a refusal, one vacancy, one ask, one letter, one event."""
    received = f.ApplicationReceived(
        vacancy="250442", candidate="x", channel="public", received_at=START, late=False, application="a", policy="p"
    )
    own = journal(
        HIRE,
        received,
        f.StageEntered(stage=Stage.CONDITIONS),
        f.ConditionOpened(condition=Condition.CLEARANCE, authority="nation-be"),
        f.ConditionRequested(condition=Condition.CLEARANCE, authority="nation-be", ask=ASK),
        f.LetterWritten(letter="L1", template="acknowledgement", language="en", sha256="h1"),
        f.EndingReached(ending=Ending.CLEARANCE_REFUSED, decided_by="person:ines", reason="r", stage=Stage.CONDITIONS),
    )
    theirs = journal(
        VACANCY,
        f.VacancyPublished(reference="250442", closes_at=None, policy="p", spec="s", posts=("p1", "p2"), specs=POSTS),
        f.PostReserved(post="p1", hire=HIRE),
        f.PostFreed(post="p1", hire=HIRE, reason="clearance_refused"),
        f.PostReserved(post="p1", hire="hire/other"),
    )
    state = hire.fold([_entry(row) for row in own])
    published = vacancy.fold([_entry(row) for row in theirs])
    row = {
        "case_id": HIRE,
        "vacancy": "250442",
        "stage": None,
        "ending": str(state.ending),
        "number": state.number,
        "post": None,
        "rank": None,
        "late": 0,
        "held": 0,
        "needs": "[]",
        "turn": "[]",
        "next_deadline": None,
    }
    return Evidence(
        cases=[{"case_id": HIRE, "kind": "hire", "vacancy": "250442"}, {"case_id": VACANCY, "kind": "vacancy", "vacancy": "250442"}],
        journals={HIRE: own, VACANCY: theirs},
        hires=[row],
        conditions=[{"case_id": HIRE, "condition": "clearance", "state": "requested"}],
        vacancies=[{"reference": "250442", "status": "published", "number": published.number}],
        posts=[
            {"id": "1", "vacancy": "250442", "post": "p1", "state": "reserved", "hire": "hire/other", "funded": 1},
            {"id": "2", "vacancy": "250442", "post": "p2", "state": "open", "hire": None, "funded": 1},
        ],
        inbox=[
            {"id": "i1", "source": "portal", "event_id": "e1", "type": "t", "state": "applied", "case_id": HIRE, "sha256": "b1"},
        ],
        letters=[{"letter": "L1", "sha256": "h1", "subject": "s", "body": "Dear Ada,\nthank you.\n"}],
        announced=[{"type": "hire.ended", "subject": HIRE, "body": '{"vacancy":"250442","ending":"clearance_refused"}'}],
        staff={"ines"},
        mails=[{"id": "<L1@muster.example>", "body": "Dear Ada,\nthank you.\n"}],
        partners={
            "portal": [{"what": "sent", "id": "e1", "type": "t", "status": 202, "sha256": "b1"}],
            "nation-be": [
                {"what": "ask", "key": ASK, "repeat": False},
                {"what": "ask", "key": ASK, "repeat": True, "same": True},
            ],
        },
    )


def _entry(row: dict[str, Any]) -> Entry:
    return Entry(
        case=row["case_id"],
        number=row["number"],
        at=row["at"],
        actor=row["actor"],
        step=row["step"],
        fact=f.FACT.validate_json(row["body"]),
    )


def _body(fact: Any) -> str:
    return str(fact.model_dump_json())


def two_holders(e: Evidence) -> None:
    e.journals[VACANCY][2]["body"] = _body(f.PostReserved(post="p1", hire="hire/third"))


def ledger_elsewhere(e: Evidence) -> None:
    e.posts[0]["hire"] = "hire/nobody"


def decided_by_a_clock(e: Evidence) -> None:
    ending = f.EndingReached(ending=Ending.CLEARANCE_REFUSED, decided_by="muster", reason="r", stage=Stage.CONDITIONS)
    e.journals[HIRE][-1]["body"] = _body(ending)


def decided_by_a_stranger(e: Evidence) -> None:
    e.staff.clear()


def a_gap(e: Evidence) -> None:
    e.journals[HIRE][-1]["number"] = 9


def back_in_time(e: Evidence) -> None:
    e.journals[HIRE][-1]["at"] = START.isoformat()


def no_journal(e: Evidence) -> None:
    e.cases.append({"case_id": "hire/lost", "kind": "hire", "vacancy": "250442"})


def another_ending_shown(e: Evidence) -> None:
    e.hires[0]["ending"] = "withdrawn"


def a_condition_shown_met(e: Evidence) -> None:
    e.conditions[0]["state"] = "satisfied"


def another_status_shown(e: Evidence) -> None:
    e.vacancies[0]["status"] = "filled"


def still_open(e: Evidence) -> None:
    e.inbox[0]["state"] = "open"


def accepted_and_lost(e: Evidence) -> None:
    e.inbox.clear()


def kept_otherwise(e: Evidence) -> None:
    e.inbox[0]["sha256"] = "other"


def asked_twice(e: Evidence) -> None:
    e.partners["nation-be"].append({"what": "ask", "key": ASK, "repeat": False})


def never_asked(e: Evidence) -> None:
    e.partners["nation-be"].clear()


def asked_unknown(e: Evidence) -> None:
    e.partners["nation-be"].append({"what": "ask", "key": "hire/abc/clearance/request/2", "repeat": False})


def asked_with_other_words(e: Evidence) -> None:
    e.partners["nation-be"][1]["same"] = False


def sent_twice(e: Evidence) -> None:
    e.mails.append(copy.deepcopy(e.mails[0]))


def never_sent(e: Evidence) -> None:
    e.mails.clear()


def another_text(e: Evidence) -> None:
    e.mails[0]["body"] = "Dear Bob,\nthank you.\n"


def sent_unknown(e: Evidence) -> None:
    e.mails.append({"id": "<L2@muster.example>", "body": ""})


def announced_unknown(e: Evidence) -> None:
    e.announced[0]["type"] = "hire.finished"


def announced_about_another_kind(e: Evidence) -> None:
    e.announced[0]["subject"] = VACANCY


def announced_too_much(e: Evidence) -> None:
    e.announced[0]["body"] = '{"vacancy":"250442","ending":"withdrawn","name":"Ada"}'


VIOLATIONS: list[tuple[str, Callable[[Evidence], None]]] = [
    ("posts_never_over_reserved", two_holders),
    ("posts_never_over_reserved", ledger_elsewhere),
    ("adverse_endings_named", decided_by_a_clock),
    ("adverse_endings_named", decided_by_a_stranger),
    ("journal_dense", a_gap),
    ("journal_dense", back_in_time),
    ("journal_dense", no_journal),
    ("read_model_equals_fold", another_ending_shown),
    ("read_model_equals_fold", a_condition_shown_met),
    ("read_model_equals_fold", another_status_shown),
    ("accepted_events_closed", still_open),
    ("accepted_events_closed", accepted_and_lost),
    ("accepted_events_closed", kept_otherwise),
    ("asks_once", asked_twice),
    ("asks_once", never_asked),
    ("asks_once", asked_unknown),
    ("asks_once", asked_with_other_words),
    ("letters_once", sent_twice),
    ("letters_once", never_sent),
    ("letters_once", another_text),
    ("letters_once", sent_unknown),
    ("announcements_of_their_form", announced_unknown),
    ("announcements_of_their_form", announced_about_another_kind),
    ("announcements_of_their_form", announced_too_much),
]


def test_a_clean_demonstration_holds() -> None:
    assert check(clean()) == dict.fromkeys(INVARIANTS, HELD)


@pytest.mark.parametrize(("name", "spoil"), VIOLATIONS, ids=[spoil.__name__ for _, spoil in VIOLATIONS])
def test_a_violation_is_found_and_named(name: str, spoil: Callable[[Evidence], None]) -> None:
    evidence = clean()
    spoil(evidence)
    verdicts = check(evidence)
    assert verdicts[name] != HELD
    assert len(verdicts[name]) > 10
