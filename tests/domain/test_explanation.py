"""A stored rule is read back whole: said in English part after part, it is the stored text again."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.telling import Teller
from config.words import Words
from domain.calendars import Calendar
from domain.deadlines import extend, set_deadline, set_deadline_until, shift
from domain.explanation import explain
from domain.rules import DeadlineRule
from domain.words import Party

CALENDAR = Calendar(id="hq-brussels", version="2025.1", zone="Europe/Brussels", name="Brussels HQ", last=date(2030, 12, 31))
START = datetime(2025, 4, 2, 10, tzinfo=UTC)
RULE = DeadlineRule(party=Party.HR, target=10, limit=10, working_days=True)


def teller(language: str = "en") -> Teller:
    return Teller(Words.load(), language)


def test_a_deadline_explains_itself_in_both_languages() -> None:
    row = set_deadline("screening", RULE, START, CALENDAR).model_dump()
    assert teller().deadline(row) == (
        "10 working days from 2 April 2025, Brussels HQ calendar 2025.1, due Wednesday 16 April 2025 23:59 (Brussels time)"
    )
    assert teller("fr").deadline(row) == (
        "10 jours ouvrables à compter du 2 avril 2025, calendrier «\u00a0Brussels HQ\u00a0» 2025.1, "
        "échéance mercredi 16 avril 2025 à 23:59 (heure locale\u00a0: Bruxelles)"
    )


def test_what_happened_to_it_is_told_in_order() -> None:
    deadline = shift(set_deadline("screening", RULE, START, CALENDAR), timedelta(days=2, hours=3).total_seconds())
    longer = extend(deadline, 1, "profile_matches", START + timedelta(days=40), CALENDAR)
    said = teller("fr").deadline(longer.model_dump())
    assert "plus 2 jours 3 heures de suspension, prolongée de 1 jour, comptés à partir du 12 mai 2025, motif\u00a0: le profil" in said
    assert "limite" not in said


rules = st.builds(
    DeadlineRule,
    party=st.just(Party.HR),
    target=st.integers(0, 900),
    limit=st.none() | st.integers(0, 900),
    working_days=st.booleans(),
    unit=st.sampled_from(["day", "second"]),
)
NAMES = ["Brussels HQ", "", "Geneva, the other calendar house"]
calendars = st.sampled_from(NAMES).map(lambda name: CALENDAR.model_copy(update={"name": name}))
extensions = st.tuples(st.integers(1, 90), st.booleans(), st.sampled_from(["", "illness"]))
changes = st.lists(st.one_of(st.integers(0, 10**7), extensions), max_size=4)


@given(rules, calendars, changes, st.booleans())
def test_every_rule_our_deadlines_write_is_read_back_without_loss(
    rule: DeadlineRule, calendar: Calendar, changed: list[int | tuple[int, bool, str]], until: bool
) -> None:
    deadline = set_deadline_until("x", rule, START, date(2025, 9, 1), calendar) if until else set_deadline("x", rule, START, calendar)
    for change in changed:
        if isinstance(change, int):
            deadline = shift(deadline, change)
        else:
            days, working, reason = change
            deadline = extend(deadline, days, reason, START + timedelta(days=500), calendar, working_days=working, unit=rule.unit)
    parts = explain(deadline.rule)
    assert all(part.key != "explain.as_stored" for part in parts), deadline.rule
    assert _as_stored(", ".join(teller().phrase(part) for part in parts)) == _plain(deadline.rule)


def _plain(rule: str) -> str:
    """The stored text in the words of the catalogue, so that only what they say is compared."""
    for stored, said in (
        ("less than a second", "0 seconds"),
        ("until ", "until the end of "),
        (", end of day in ", " in "),
        (" (which knows no closing days after ", ", a calendar that knows no closing days after "),
        (" (illness)", ", because: illness"),
        (")", ""),
    ):
        rule = rule.replace(stored, said)
    return rule


def _as_stored(said: str) -> str:
    return said.replace(", counted from ", " from ")


@pytest.mark.parametrize(
    "text", ["as agreed by letter", "10 days from 2 April", "until 2 April 2025, end of day in Europe/Brussels, or so"]
)
def test_a_rule_it_does_not_know_is_handed_on_as_it_stands(text: str) -> None:
    assert teller().deadline({"rule": text, "due_at": START, "limit_at": None, "zone": "UTC"}).startswith(f"{text}, due ")


def test_a_limit_of_its_own_and_an_empty_rule_are_told() -> None:
    row = {"rule": "", "due_at": START, "limit_at": START + timedelta(days=1), "zone": "Europe/Brussels"}
    assert teller().deadline(row) == "due Wednesday 2 April 2025 12:00 (Brussels time), limit Thursday 3 April 2025 12:00 (Brussels time)"
    assert teller("fr").moment(datetime(2025, 4, 1, tzinfo=UTC), "UTC").startswith("mardi 1er avril 2025")
