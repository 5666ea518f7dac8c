"""Whose closing days count: those of the party that must act, in its own zone; everybody else counts the duty station's."""

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from config.files import load_calendar, load_rules
from config.telling import Teller
from config.words import Words
from domain.errors import BadInput
from domain.moment import Moment
from domain.rules import DeadlineRule, Offices
from domain.words import Party
from tests.world import publish

AT = datetime(2026, 5, 14, 10, tzinfo=UTC)  # the day of Ascension; Norway's Constitution Day is the 17th, a Sunday


def moment(*, working: bool = True, **offices: object) -> Moment:
    published = publish()
    figures = published.rules.figures("secondment").model_copy(update={"working_days": working, "target": 8})
    changed = {"calendars": Offices.model_validate(offices), "deadlines": {**published.rules.deadlines, "secondment": figures}}
    rules = published.rules.model_copy(update=changed)
    return Moment(AT, "muster", published.model_copy(update={"rules": rules}), load_calendar("hq-brussels"), load_calendar)


def test_a_nation_with_a_calendar_of_its_own_counts_its_own_closing_days_in_its_own_zone() -> None:
    here = moment().deadline("secondment", who="PT")
    there = moment(nation={"PT": "lisbon"}).deadline("secondment", who="PT")
    assert (here.calendar, here.zone) == ("hq-brussels@2026.1", "Europe/Brussels")
    assert (there.calendar, there.zone) == ("lisbon@2026.1", "Europe/Lisbon")
    # Brussels is closed on Whit Monday the 25th, Lisbon is not
    assert here.due_at.astimezone(ZoneInfo("Europe/Brussels")).date().isoformat() == "2026-05-27"
    assert there.due_at.astimezone(ZoneInfo("Europe/Lisbon")).strftime("%Y-%m-%d %H:%M:%S") == "2026-05-26 23:59:59"


def test_another_nation_counts_the_duty_stations() -> None:
    assert moment(nation={"PT": "lisbon"}).deadline("secondment", who="TR").calendar == "hq-brussels@2026.1"


def test_a_party_that_is_no_nation_may_have_one_too() -> None:
    m = moment(host_nation="paris")
    assert m.deadline("accreditation").calendar == "paris@2026.1"
    assert m.deadline("screening").calendar == "hq-brussels@2026.1"
    assert m.calendar_of(Party.CANDIDATE).id == "hq-brussels"


def test_the_sentence_names_the_calendar_it_was_counted_on_and_the_zone_it_ends_in() -> None:
    row = moment(nation={"NO": "oslo"}).deadline("secondment", who="NO").model_dump()
    said = Teller(Words.load(), "en").deadline(row)
    assert said.startswith("8 working days from 14 May 2026, Oslo calendar 2026.1, due Wednesday 27 May 2026 23:59 (Oslo time)")
    in_french = Teller(Words.load(), "fr").deadline(row)
    assert "calendrier «\u00a0Oslo\u00a0» 2026.1, échéance mercredi 27 mai 2026 à 23:59 (heure locale\u00a0: Oslo)" in in_french


def test_the_standard_policy_names_calendars_that_come_with_muster() -> None:
    assert dict(load_rules("standard").calendars.named) == {"nation.FR": "paris", "nation.NO": "oslo", "nation.PT": "lisbon"}


def test_a_calendar_that_does_not_exist_is_refused_by_file_and_key(tmp_path: Path) -> None:
    text = Path("config/policies/standard.toml").read_text("utf-8")
    file = tmp_path / "own.toml"
    file.write_text(text.replace('nation.NO = "oslo"', 'nation.NO = "bergen"'), "utf-8")
    with pytest.raises(BadInput, match=r"calendars\.nation\.NO: is 'bergen'; allowed: hq-brussels, lisbon, oslo, paris"):
        load_rules(file)
    file.write_text(text.replace('nation.NO = "oslo"', 'hostnation = "oslo"'), "utf-8")
    with pytest.raises(BadInput, match=r"calendars\.hostnation: unknown key; allowed: appointing_authority, board"):
        load_rules(file)


def test_rungs_that_do_not_climb_are_refused() -> None:
    steps = [{"after": 0, "to": "hr_head"}, {"after": 0, "to": "appointing_authority"}]
    with pytest.raises(ValueError, match="escalation begins at the limit"):
        DeadlineRule.model_validate({"party": "hr", "target": 3, "limit": 3, "escalation": steps})
    with pytest.raises(ValueError, match="escalation begins at the limit"):
        DeadlineRule.model_validate({"party": "hr", "target": 3, "limit": 3, "escalation": [{"after": 3, "to": "hr_head"}]})
