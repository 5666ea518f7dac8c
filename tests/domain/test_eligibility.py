import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.files import load_rules, load_vacancy
from domain.candidate import DIVERSITY, Application
from domain.facts import EligibilityJudged
from domain.policies.eligibility import CHECKS, Check, Judgement, judge_eligibility, keyed_hash
from domain.policies.publication import freeze
from domain.rules import Rules
from domain.vacancy import Closing, Published, VacancySpec
from domain.words import Verdict

KEY = b"a key of the house"
RECEIVED = datetime(2024, 5, 1, 12, 0, tzinfo=UTC)
RULES = load_rules("standard")
FAST_TRACK = load_vacancy("240655")
POOL = load_vacancy("250442")


def published(spec: VacancySpec = FAST_TRACK, rules: Rules = RULES) -> Published:
    return freeze(spec, rules, datetime(2024, 4, 1, tzinfo=UTC))


def submitted() -> dict[str, Any]:
    """Somebody eligible for 240655 in every respect."""
    return {
        "candidate": {
            "id": "c-1",
            "status": "contractor",
            "nationalities": ["BE"],
            "clearance_on_file": {"level": "NS", "issued_by": "BE", "valid_until": "2027-01-01"},
        },
        "channel": "public",
        "vacancy": "240655",
        "languages": [{"code": "fr", "level": "V"}, {"code": "en", "level": "III"}],
        "education": [{"level": "higher_secondary", "field": "commerce", "from": "2008-09-01", "to": "2014-06-30"}],
        "experience": [{"employer": "X", "title": "assistant", "from": "2016-01-01", "to": "2021-06-30", "related": True}],
        "declarations": {"relatives": False, "military_service": None, "ai_used": False},
        "answers": [{"question": "q1", "text": "I ran the secretariat of a committee."}],
        "contact": {"name": "A B", "email": "a@b.example", "language": "fr"},
    }


Change = Callable[[dict[str, Any]], Any]


def judge(change: Change = lambda d: None, to: Published | None = None, late: bool = False, **more: Any) -> Judgement:
    data = submitted()
    change(data)
    return judge_eligibility(Application.model_validate(data), to or published(), RECEIVED, late, KEY, **more)


def said(judgement: Judgement) -> tuple[Verdict, tuple[str, ...]]:
    return judgement.decision.verdict, judgement.decision.reasons


def check(judgement: Judgement, rule: str) -> Check:
    return next(c for c in judgement.checks if c.rule == rule)


def person(**fields: Any) -> Change:
    return lambda d: d["candidate"].update(fields)


def whole(**fields: Any) -> Change:
    return lambda d: d.update(fields)


def test_somebody_who_meets_everything_passes() -> None:
    judgement = judge()
    assert said(judgement) == (Verdict.PASS, ())
    assert len(judgement.checks) == len(CHECKS) == 11
    assert judgement.decision.policy == RULES.sha256


STUDIED = {"level": "higher_secondary", "from": "2008-09-01", "to": "2014-06-30"}
WORKED = {"employer": "X", "title": "t", "from": "2016-01-01", "to": "2021-06-30", "related": True}
LATER = {"level": "NS", "issued_by": "BE", "valid_until": "2027-01-01"}


@pytest.mark.parametrize(
    ("change", "verdict", "reasons"),
    [
        # nationality
        (person(nationalities=["CH"]), Verdict.FAIL, ("nationality.not_eligible",)),
        (person(nationalities=["CH", "SE"]), Verdict.PASS, ()),  # dual nationals pass on one; Sweden was in by then
        (person(nationalities=["UK"]), Verdict.PASS, ()),
        (person(nationalities=[]), Verdict.UNCLEAR, ("nationality.not_stated",)),
        (person(nationalities=["Belgian"]), Verdict.UNCLEAR, ("nationality.not_understood",)),
        # channel and status
        (whole(channel="internal"), Verdict.FAIL, ("channel.not_for_status",)),
        (person(status="civilian_staff"), Verdict.FAIL, ("channel.not_for_status",)),
        (lambda d: (person(status="civilian_staff")(d), whole(channel="internal")(d)), Verdict.PASS, ()),
        (whole(channel=""), Verdict.UNCLEAR, ("channel.not_stated",)),
        (person(status="external"), Verdict.FAIL, ("status.not_invited",)),
        (person(status="pirate"), Verdict.UNCLEAR, ("status.not_understood",)),
        (person(status=""), Verdict.UNCLEAR, ("channel.not_stated", "status.not_understood")),
        # the clearance a fast track needs
        (person(clearance_on_file=None), Verdict.FAIL, ("clearance.not_on_file",)),
        (person(clearance_on_file={**LATER, "level": "CTS"}), Verdict.PASS, ()),
        (person(clearance_on_file={**LATER, "level": "NC"}), Verdict.UNCLEAR, ("clearance.level_too_low",)),
        (person(clearance_on_file={**LATER, "level": "secret"}), Verdict.UNCLEAR, ("clearance.not_stated",)),
        (person(clearance_on_file={**LATER, "valid_until": None}), Verdict.UNCLEAR, ("clearance.not_stated",)),
        (person(clearance_on_file={**LATER, "valid_until": "2024-05-04"}), Verdict.FAIL, ("clearance.expired",)),
        (person(clearance_on_file={**LATER, "valid_until": "2024-05-05"}), Verdict.PASS, ()),
        # education or experience
        (whole(education=[]), Verdict.UNCLEAR, ("education.not_stated",)),
        (whole(education=[{**STUDIED, "level": "lower_secondary"}]), Verdict.FAIL, ("education.below_requirement",)),
        (whole(education=[{**STUDIED, "level": "school_of_life"}]), Verdict.UNCLEAR, ("education.not_certain",)),
        (whole(education=[{**STUDIED, "to": None}]), Verdict.UNCLEAR, ("education.not_certain",)),
        (whole(education=[{**STUDIED, "to": "2025-06-30"}]), Verdict.FAIL, ("education.below_requirement",)),
        (whole(education=[{**STUDIED, "level": "master"}]), Verdict.PASS, ()),
        (whole(experience=[]), Verdict.FAIL, ("education.below_requirement",)),
        (whole(experience=[{**WORKED, "related": False}]), Verdict.FAIL, ("education.below_requirement",)),
        (whole(experience=[{**WORKED, "from": None}]), Verdict.UNCLEAR, ("education.not_certain",)),
        (whole(experience=[{**WORKED, "from": "2020-05-06", "to": None}]), Verdict.PASS, ()),  # four years to the closing day
        (whole(experience=[{**WORKED, "from": "2020-05-08", "to": None}]), Verdict.FAIL, ("education.below_requirement",)),
        (whole(experience=[WORKED | {"to": "2018-12-31"}] * 3), Verdict.FAIL, ("education.below_requirement",)),  # the same three years
        (
            whole(education=[{**STUDIED, "level": "post_secondary"}], experience=[{**WORKED, "to": "2017-12-31"}]),
            Verdict.PASS,
            (),
        ),  # the second alternative
        # languages
        (whole(languages=[]), Verdict.UNCLEAR, ("languages.not_stated",)),
        (whole(languages=[{"code": "en", "level": "V"}, {"code": "fr", "level": "III"}]), Verdict.PASS, ()),
        (whole(languages=[{"code": "en", "level": "V"}]), Verdict.FAIL, ("languages.below_requirement",)),
        (whole(languages=[{"code": "en", "level": "V"}, {"code": "fr", "level": "B2"}]), Verdict.UNCLEAR, ("languages.other_scale",)),
        (whole(languages=[{"code": "en", "level": "II"}, {"code": "en", "level": "V"}, {"code": "fr", "level": "III"}]), Verdict.PASS, ()),
        # answers and relatives: never a fail
        (whole(answers=[]), Verdict.UNCLEAR, ("answers.missing",)),
        (whole(answers=[{"question": "q1", "text": " See CV. "}]), Verdict.UNCLEAR, ("answers.bare",)),
        (whole(answers=[{"question": "q1", "text": "voir  CV"}]), Verdict.UNCLEAR, ("answers.bare",)),
        (whole(answers=[{"question": "q1", "text": ""}]), Verdict.UNCLEAR, ("answers.bare",)),
        (whole(answers=[{"question": "q1", "text": "see cv page 3: four years of accounts"}]), Verdict.PASS, ()),
        (whole(declarations={}), Verdict.UNCLEAR, ("relatives.not_declared",)),
        (whole(declarations={"relatives": True}), Verdict.UNCLEAR, ("relatives.declared",)),
        # no check of §3: for a case of its own
        (whole(declarations={"relatives": False, "ai_used": True}), Verdict.PASS, ()),
    ],
)
def test_each_check_finds_pass_fail_or_unclear(change: Change, verdict: Verdict, reasons: tuple[str, ...]) -> None:
    assert said(judge(change)) == (verdict, reasons)


def test_a_fail_weighs_more_than_what_is_unclear_and_is_named_first() -> None:
    judgement = judge(lambda d: (person(nationalities=["CH"])(d), whole(answers=[])(d), whole(channel="")(d)))
    assert said(judgement) == (Verdict.FAIL, ("nationality.not_eligible", "channel.not_stated", "answers.missing"))


def test_late_is_late_and_after_an_outage_of_our_own_door_unclear() -> None:
    assert said(judge(late=True)) == (Verdict.FAIL, ("time.received_late",))
    assert said(judge(late=True, door_was_down=True)) == (Verdict.UNCLEAR, ("time.door_was_down",))
    assert said(judge(door_was_down=True)) == (Verdict.PASS, ())


def test_a_second_application_of_the_same_person_fails() -> None:
    assert said(judge(others=1)) == (Verdict.FAIL, ("application.not_the_only_one",))


def test_without_a_fast_track_no_clearance_is_needed_to_apply() -> None:
    assert said(judge(lambda d: (person(clearance_on_file=None)(d), person(status="external")(d)), published(POOL))) == (Verdict.PASS, ())


def test_an_open_notice_counts_nationality_on_the_day_of_application() -> None:
    ongoing = POOL.model_copy(update={"closing": Closing(ongoing=True)})
    swede = Application.model_validate(submitted() | {"candidate": {"status": "external", "nationalities": ["SE"]}})
    before = judge_eligibility(swede, published(ongoing), datetime(2024, 3, 6, 22, 30, tzinfo=UTC), False, KEY)
    after = judge_eligibility(swede, published(ongoing), datetime(2024, 3, 6, 23, 30, tzinfo=UTC), False, KEY)  # the 7th in Brussels
    assert check(before, "nationality").verdict is Verdict.FAIL
    assert check(after, "nationality").verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("nation", "closing", "verdict"),
    [
        ("SE", date(2024, 5, 5), Verdict.PASS),
        ("SE", date(2023, 1, 8), Verdict.FAIL),
        ("FI", date(2023, 1, 8), Verdict.FAIL),
        ("FI", date(2023, 4, 4), Verdict.PASS),
        ("MK", date(2019, 6, 1), Verdict.FAIL),
    ],
)
def test_the_members_of_the_closing_day_count(nation: str, closing: date, verdict: Verdict) -> None:
    spec = FAST_TRACK.model_copy(update={"closing": Closing(date=closing)})
    old = freeze(spec, RULES, datetime(2019, 1, 1, tzinfo=UTC))
    assert check(judge(person(nationalities=[nation]), old), "nationality").verdict is verdict


def test_a_notice_may_narrow_the_list_of_nations() -> None:
    narrow = published(FAST_TRACK.model_copy(update={"eligible_nationalities": ("DE", "NO")}))
    assert said(judge(to=narrow)) == (Verdict.FAIL, ("nationality.not_eligible",))
    assert said(judge(person(nationalities=["BE", "NO"]), narrow)) == (Verdict.PASS, ())


@pytest.mark.parametrize(
    ("born_on", "verdict", "reason"),
    [
        ("1980-01-01", Verdict.PASS, ""),
        (None, Verdict.UNCLEAR, "age.not_stated"),
        ("2004-05-05", Verdict.UNCLEAR, "age.not_yet_reached"),
        ("2003-05-05", Verdict.PASS, ""),
        ("1963-05-05", Verdict.FAIL, "age.above_maximum"),
        ("1963-05-06", Verdict.PASS, ""),
    ],
)
def test_age_is_looked_at_only_where_the_policy_has_bounds(born_on: str | None, verdict: Verdict, reason: str) -> None:
    bounded = RULES.model_copy(update={"eligibility": RULES.eligibility.model_copy(update={"minimum_age": 21, "maximum_age": 60})})
    found = check(judge(person(born_on=born_on), published(rules=bounded)), "age")
    assert (found.verdict, found.reason) == (verdict, reason)
    assert check(judge(person(born_on=born_on)), "age").seen == {"asked": False}


# ---- what stays where -------------------------------------------------------------------------------------------------------


def test_the_decision_carries_no_personal_data() -> None:
    judgement = judge(person(nationalities=["CH", "RS"], id="portal-77"))
    text = EligibilityJudged(decision=judgement.decision).model_dump_json()
    for personal in ("CH", "RS", "portal-77", "contractor", "A B", "a@b.example", "2027-01-01", "commerce"):
        assert f'"{personal}"' not in text
    assert judgement.seen["nationality"]["nationalities"] == ["CH", "RS"]  # both are recorded, in the personal tables


@pytest.mark.parametrize("field", sorted(DIVERSITY))
def test_diversity_data_changes_nothing_and_is_not_seen(field: str) -> None:
    told = judge(lambda d: (person(**{field: "something"})(d), whole(**{field: "something"})(d)))
    assert told == judge()
    assert "something" not in json.dumps(told.seen)


def test_what_was_seen_is_tied_to_the_decision_by_a_keyed_hash() -> None:
    one, other = judge(), judge(person(nationalities=["NO"]))
    assert one.decision.seen == keyed_hash(one.seen, KEY)
    assert one.decision.seen != other.decision.seen
    assert one.decision.seen != keyed_hash(one.seen, b"another key")
    assert len(one.decision.seen) == 64


def test_the_same_application_is_judged_the_same() -> None:
    assert judge() == judge()


def test_reason_codes_name_their_rule() -> None:
    judgement = judge(lambda d: d.clear())
    assert all(c.reason.startswith(f"{c.rule}.") for c in judgement.checks if c.verdict is not Verdict.PASS)
    assert [c.rule for c in judgement.checks] == list(judgement.seen)


anything = st.recursive(st.none() | st.text(max_size=5), lambda x: st.lists(x, max_size=2), max_leaves=3)


@given(
    nationalities=st.lists(st.text(max_size=3), max_size=3),
    status=st.text(max_size=8),
    channel=st.sampled_from(["", "internal", "public"]),
    level=st.text(max_size=12),
    language=st.text(max_size=4),
    extra=anything,
)
def test_any_application_that_can_be_read_is_judged(
    nationalities: list[str], status: str, channel: str, level: str, language: str, extra: Any
) -> None:
    judgement = judge(
        lambda d: (
            person(nationalities=nationalities, status=status, odd=extra)(d),
            whole(channel=channel, education=[{"level": level}], languages=[{"code": "en", "level": language}], odd=extra)(d),
        )
    )
    assert (judgement.decision.verdict is Verdict.PASS) == (not judgement.decision.reasons)
