"""By when an answer is expected and why then, and when silence is worth an alarm."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import pytest

from config.digest import told
from config.files import load_rules
from config.words import Words
from domain.asked import OurAsk, asked_by_hire, asked_by_vacancy
from domain.digest import Reader, about_partners, composed
from domain.events import PartnerKind
from domain.facts import DeadlineSet
from domain.reach import Reach, failed
from domain.silence import Expected, PartnerNow, Reading, awaited, expected_by, quiet_after, standing, unfetched_since
from domain.words import LimitAction, Party, Role, Stage
from tests.world import World, at_stage

RULES = load_rules("standard")
NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)
CLOCK = DeadlineSet(
    key="clearance",
    party=Party.NATION,
    who="NO",
    started_at=NOW - timedelta(days=20),
    due_at=NOW + timedelta(days=160),
    limit_at=NOW + timedelta(days=500),
    at_limit=LimitAction.PERSON_DECIDES,
    zone="Europe/Brussels",
)
ASK = OurAsk(
    "hire/a/clearance/request/1", "hire/a", "nation-no", "clearance", "clearance", NOW - timedelta(days=25), nation="NO", clock=CLOCK
)


@dataclass(frozen=True)
class Partner:
    id: str = "nation-no"
    kind: PartnerKind = PartnerKind.NATIONAL_AUTHORITY
    name: str = "NSA of Norway"
    channel: str = "http"
    nations: tuple[str, ...] = ("NO",)
    quiet_after_days: int | None = None


def now_with(asks: list[OurAsk], partner: Partner = Partner(), heard_days_ago: float | None = None, at: datetime = NOW) -> PartnerNow:
    last = None if heard_days_ago is None else at - timedelta(days=heard_days_ago)
    return standing(partner, asks, {}, RULES, at, last_event=last)


# ---- expected by -----------------------------------------------------------------------------------------------------------


def test_the_policy_says_it_where_nobody_else_does() -> None:
    assert expected_by(ASK, {}, RULES) == Expected(CLOCK.due_at, "policy")


def test_five_answers_of_that_nation_say_it_better() -> None:
    waits = {"clearance:nation-no": [30.0, 40.0, 50.0, 60.0, 70.0], "clearance:nation-be": [1.0] * 9}
    assert expected_by(ASK, waits, RULES) == Expected(ASK.asked_at + timedelta(days=66), "measured", 5)
    assert expected_by(ASK, {"clearance:nation-no": [30.0] * 4}, RULES) == Expected(CLOCK.due_at, "policy")


def test_the_day_they_named_themselves_says_it_best_and_lasts_to_its_end() -> None:
    ask = replace(ASK, expected=date(2027, 3, 1))
    by = expected_by(ask, {"clearance:nation-no": [1.0] * 9}, RULES)
    assert by == Expected(datetime(2027, 3, 1, 23, tzinfo=UTC), "announced")  # midnight in Brussels
    [waiting] = awaited([ask], {}, RULES, NOW)
    assert not waiting.overdue
    [waiting] = awaited([ask], {}, RULES, NOW + timedelta(days=1))
    assert waiting.overdue


@pytest.mark.parametrize("ask", [replace(ASK, held=True), replace(ASK, clock=None), replace(ASK, standing="answered")])
def test_who_need_not_move_is_expected_nothing_of(ask: OurAsk) -> None:
    assert expected_by(ask, {}, RULES) is None


# ---- silence ---------------------------------------------------------------------------------------------------------------


def test_how_long_one_may_be_silent_stands_in_its_entry_or_in_the_policy() -> None:
    assert quiet_after(Partner(), RULES) == (30, "policy")
    assert quiet_after(Partner(quiet_after_days=90), RULES) == (90, "entry")
    assert quiet_after(Partner(kind=PartnerKind.PORTAL), RULES) == (None, "")


def test_silence_is_worth_an_alarm_when_something_is_open_and_it_lasts() -> None:
    asked = replace(ASK, clock=CLOCK.model_copy(update={"started_at": NOW - timedelta(days=31)}))
    assert now_with([ASK]).silent_since is None  # asked twenty days ago
    assert now_with([asked]).silent_since == NOW - timedelta(days=31)
    assert now_with([asked], heard_days_ago=29).silent_since is None
    assert now_with([asked], heard_days_ago=400).silent_since == NOW - timedelta(days=31)  # nothing was open before
    assert now_with([asked], Partner(quiet_after_days=60)).silent_since is None
    assert now_with([], heard_days_ago=400).silent_since is None


def test_on_hold_or_before_the_papers_nobody_is_silent() -> None:
    old = CLOCK.model_copy(update={"started_at": NOW - timedelta(days=90)})
    assert now_with([replace(ASK, clock=old, held=True)]).silent_since is None
    assert now_with([replace(ASK, clock=None)]).silent_since is None


def test_a_portal_is_judged_by_a_figure_of_its_own_only() -> None:
    portal = Partner("portal", PartnerKind.PORTAL, "Portal", nations=())
    assert now_with([], portal, heard_days_ago=90).silent_since is None
    assert now_with([], replace(portal, quiet_after_days=7), heard_days_ago=8).silent_since == NOW - timedelta(days=8)
    assert now_with([], replace(portal, quiet_after_days=7), heard_days_ago=6).silent_since is None


def test_a_door_that_fails_is_shown_with_its_next_try_and_a_desk_by_its_channel() -> None:
    reach = Reach(partner="nation-no")
    for _ in range(3):
        reach = failed(reach, "timeout", NOW)
    found = standing(Partner(), [ASK], {}, RULES, NOW, reach=reach)
    assert (found.door, found.error, found.next_try, found.failing, found.owner) == (
        "resting",
        "timeout",
        NOW + timedelta(seconds=30),
        True,
        "office_of_security",
    )
    assert now_with([ASK], replace(Partner(), channel="paper")).door == "by_hand"


# ---- what we asked, from the journals --------------------------------------------------------------------------------------


def asked(world: World, case: str) -> dict[str, OurAsk]:
    return {ask.about: ask for ask in asked_by_hire(world.store.journals[case])}


def test_every_request_of_a_hire_stands_as_its_journal_has_it() -> None:
    world, case = at_stage(Stage.CONDITIONS)
    found = asked(world, case)
    assert {about: ask.standing for about, ask in found.items()} == {
        "assessment": "answered",
        "clearance": "open",
        "medical": "open",
        "verification": "open",
    }
    assert (found["clearance"].partner, found["clearance"].nation, found["clearance"].key) == (
        "nation-be",
        "BE",
        f"{case}/clearance/request/1",
    )
    assert found["clearance"].begun_at is None  # the candidate's forms come first
    assert found["verification"].begun_at == found["verification"].asked_at
    world.tell(case, "verification.acknowledged", expected="2026-09-01")
    assert (asked(world, case)["verification"].expected, asked(world, case)["verification"].heard_at) == (date(2026, 9, 1), world.at)
    world.tell(case, "verification.replied", outcome="confirmed", reference="V")
    assert asked(world, case)["verification"].standing == "answered"


def test_what_was_taken_back_could_not_be_or_was_lost_is_told_apart() -> None:
    world, case = at_stage(Stage.OFFER)
    world.loses = {"medical"}
    world.to_conditions(case)
    assert asked(world, case)["medical"].standing == "lost"
    world.recall_fails[f"{case}/verification/request/1"] = "PartnerUnavailable"
    world.act(case, "withdraw", reason="family_reasons")
    found = {about: ask.standing for about, ask in asked(world, case).items()}
    assert found == {"assessment": "answered", "clearance": "recalled", "medical": "recalled", "verification": "unrecalled"}


def test_a_hold_stops_the_waiting() -> None:
    world, case = at_stage(Stage.CONDITIONS)
    world.act(case, "hold", reason="security_situation")
    assert asked(world, case)["verification"].begun_at is None


def test_the_money_of_a_post_is_expected_by_the_policys_figure() -> None:
    ask = OurAsk("vacancy/1/p1/budget/1", "vacancy/1", "budget", "p1", "budget", NOW)
    assert expected_by(ask, {}, RULES) == Expected(NOW + timedelta(days=180), "policy")
    assert asked_by_vacancy([]) == []


# ---- in the digest ---------------------------------------------------------------------------------------------------------


def reader(*roles: Role) -> Reader:
    return Reader(person="sam", roles={"": frozenset(roles)}, owners=frozenset())


def test_the_desk_a_partner_belongs_to_reads_of_its_silence_and_of_what_is_overdue() -> None:
    clock = CLOCK.model_copy(update={"started_at": NOW - timedelta(days=40), "due_at": NOW - timedelta(days=1)})
    silent = now_with([replace(ASK, clock=clock)])
    items = about_partners(reader(Role.SECURITY_OFFICE), [silent, now_with([])])
    assert [(item.what, item.case) for item in items] == [("silent", "partner/nation-no"), ("overdue.1", "partner/nation-no")]
    assert about_partners(reader(Role.MEDICAL_OFFICE), [silent]) == []
    digest = composed("sam", NOW.date(), items)
    assert digest is not None
    for language, words in (("en", "nothing heard since Wednesday 20 January 2027"), ("fr", "plus aucune nouvelle depuis")):
        assert words in told(digest, Words.load(), language)[1]


def test_a_door_that_fails_is_read_of_by_hr_where_no_desk_has_the_partner() -> None:
    reach = failed(Reach(partner="verification"), "http_503", NOW)
    partner = Partner("verification", PartnerKind.VERIFICATION_AGENCY, "Agency", nations=())
    found = about_partners(reader(Role.HR_OFFICER), [standing(partner, [], {}, RULES, NOW, reach=reach)])
    assert [(item.what, item.at) for item in found] == [("failing", NOW)]


# ---- readers of the feed -----------------------------------------------------------------------------------------------------


def test_a_reader_is_silent_when_something_waits_for_it_and_it_does_not_ask_for_over_a_day() -> None:
    hour = timedelta(hours=1)
    long_ago, lately = NOW - hour * 25, NOW - hour * 24
    assert unfetched_since(Reading(None, 1, long_ago), NOW, NOW) == long_ago
    assert unfetched_since(Reading(long_ago - hour, 1, long_ago), NOW, NOW) == long_ago - hour
    assert unfetched_since(Reading(lately, 1, long_ago), NOW, NOW) is None  # it asks, and is only slow
    assert unfetched_since(Reading(None, 1, lately), NOW, NOW) is None
    assert unfetched_since(Reading(long_ago, 0, None), NOW, NOW) is None  # nothing is for it
