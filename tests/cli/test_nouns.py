"""What the looking commands print, for people and for programs, and what they ask the desk."""

import json
import re
import tomllib
from datetime import date
from pathlib import Path

import pytest

from cli.config import redacted
from config.settings import Settings
from tests.cli.conftest import Muster
from tests.cli.fakes import CASE, FakeDesk

LISTS = (
    ("hire", "list"),
    ("vacancy", "list"),
    ("staff", "list"),
    ("hire", "letters", CASE),
    ("hire", "timeline", CASE),
    ("audit", "reads", CASE),
    ("hire", "history", CASE),
    ("vacancy", "history", "250442"),
    ("vacancy", "timeline", "250442"),
)
THINGS = (
    ("hire", "show", CASE),
    ("hire", "why", CASE),
    ("vacancy", "why", "250442"),
    ("hire", "status", CASE),
    ("hire", "forecast", CASE),
    ("hire", "letter", "L1"),
    ("report", "turns"),
    ("vacancy", "show", "250442"),
    ("event", "show", "portal", "e1"),
    ("config", "show"),
    ("recover",),
)


@pytest.mark.parametrize("words", LISTS, ids=" ".join)
def test_a_list_is_one_object_a_line_for_programs(words: tuple[str, ...], muster: Muster) -> None:
    lines = muster(*words, "--json").out.splitlines()
    assert lines
    assert all(isinstance(json.loads(line), dict) for line in lines)


@pytest.mark.parametrize("words", THINGS, ids=" ".join)
def test_a_thing_is_one_object_for_programs(words: tuple[str, ...], muster: Muster) -> None:
    assert isinstance(muster(*words, "--json").json, dict)


@pytest.mark.parametrize("words", [*LISTS, *THINGS], ids=" ".join)
def test_off_a_terminal_text_is_plain(words: tuple[str, ...], muster: Muster) -> None:
    said = muster(*words)
    assert said.code == 0
    assert "\x1b" not in said.out
    assert not set("─│┌━") & set(said.out)
    assert all(line == line.rstrip() for line in said.out.splitlines())


@pytest.mark.parametrize("words", LISTS, ids=" ".join)
def test_looking_needs_no_temporal(words: tuple[str, ...], muster: Muster, desk: FakeDesk) -> None:
    muster(*words)
    assert desk.read_only == [True]


def test_hires_are_found_by_what_they_need(muster: Muster, desk: FakeDesk) -> None:
    muster("hire", "list", "--vacancy", "250442", "--stage", "conditions", "--needs", "settle-reply", "--owner", "ines")
    assert desk.asked == [("hires", "250442", "conditions", None, "settle_reply", "ines")]


def test_an_empty_list_says_so(muster: Muster) -> None:
    assert muster("hire", "list", "--vacancy", "none").out == "No hires match.\n"
    assert muster("hire", "list", "--vacancy", "none", "--json").out == ""


def test_why_tells_what_it_waits_for_and_who_can_move_it(muster: Muster, desk: FakeDesk) -> None:
    assert muster("hire", "why", CASE).out.splitlines() == [
        "The case is at this stage: conditions of appointment.",
        "No final reply yet: security clearance. Since 2 March 2027. Who can move it: national authority (NO). "
        "Until Tuesday 2 March 2027 14:30 (UTC time).",
    ]
    said = muster("hire", "why", CASE, "--act", "withdraw-offer:medical", "--language", "fr", "--json").json
    assert desk.asked[-1] == ("why", CASE, "withdraw_offer", "medical")
    assert said["waiting"] == [
        {"code": "reply", "about": "clearance", "who": ["nation:NO"], "since": "2027-03-02T14:30:00Z", "until": "2027-03-02T14:30:00Z"}
        | {"deadline": None}
    ]
    assert said["text"][0].startswith("Impossible pour l’instant\u00a0: retirer l’offre")


def test_an_act_that_is_possible_says_for_whom(muster: Muster) -> None:
    said = muster("hire", "why", CASE, "--act", "hold")
    assert said.out == "Possible now: put the case on hold. Who can do it: head of Human Resources.\n"
    assert muster("hire", "why", CASE, "--act", "hold", "--json").json["possible"] is True


def test_a_hire_is_shown_with_its_open_deadlines_in_words(muster: Muster) -> None:
    words = "45 working days from 1 February 2027, HQ calendar 2027.1, due Tuesday 2 March 2027 15:30 (Brussels time)"
    said = muster("hire", "show", CASE).out
    assert said.splitlines()[-1] == f"clearance: {words}"
    assert "medical file" not in said
    for_programs = muster("hire", "show", CASE, "--json").json["deadlines"]
    assert (len(for_programs), for_programs[0]["explained"]) == (2, words)
    assert "45 jours ouvrables" in muster("hire", "show", CASE, "--language", "fr").out


def test_vacancies_are_listed_with_how_many_hires_they_have(muster: Muster) -> None:
    assert re.search(r"open 1 +5 ", muster("vacancy", "list").out)
    assert muster("vacancy", "list", "--json").json["hires"] == {"selection": 3, "withdrawn": 1, "probation": 1}


def test_a_forecast_says_what_it_supposes_and_how_good_it_was(muster: Muster) -> None:
    assert muster("hire", "forecast", CASE).out.splitlines() == [
        "Entry on duty: most likely 1 April 2027; eight times in ten from 2 March 2027 to 1 May 2027, if the case succeeds.",
        "It takes each step to last, from now or from when it begins:",
        "- contract offer: 28 days (6 to 41); target and limit of the policy, for want of experience",
        "- security clearance (nation-no): 60 days (40 to 90); as observed 7 times",
        "Past accuracy: 12 forecasts of 2 finished cases, middle error 8.5 days, 75 % of the starts inside the range.",
    ]
    assert "Prise de fonctions" in muster("hire", "forecast", CASE, "--language", "fr").out


def test_the_report_of_turns_adds_up(muster: Muster, desk: FakeDesk) -> None:
    said = muster("report", "turns", "--vacancy", "250442", "--since", "2027-01-01", "--json").json
    assert desk.asked == [("turns", "250442", date(2027, 1, 1))]
    assert sum(each["time_us"] for each in said["parties"].values()) == said["age_us"] == sum(s["time_us"] for s in said["stages"].values())
    assert "Time to hire: 8.0 days for the middle one of 1" in muster("report", "turns").out
    assert muster("report", "turns", "--vacancy", "none").out == "No hires match.\n"
    assert muster("report", "turns", "--since", "soon").code == 2


def test_text_of_others_is_shown_as_it_is_and_never_obeyed(muster: Muster) -> None:
    assert "Assistants \N{REPLACEMENT CHARACTER}[31m[red]" in muster("vacancy", "list").out


def test_a_vacancy_is_published_under_a_policy(muster: Muster, desk: FakeDesk) -> None:
    said = muster("vacancy", "publish", "270311", "--as", "helga", "--policy", "seconds", "--json")
    assert said.json == {"reference": "270311", "posts": 2, "policy": "seconds"}
    assert desk.asked == [("publish", "helga", "270311", "seconds")]


def test_a_vacancy_file_that_is_not_there_is_not_found(muster: Muster, desk: FakeDesk) -> None:
    assert (muster("vacancy", "publish", "./none.toml", "--as", "helga").code, desk.asked) == (3, [])


@pytest.mark.parametrize("form", ["toml", "json"])
def test_a_report_is_read_from_a_file(form: str, muster: Muster, desk: FakeDesk, tmp_path: Path) -> None:
    line = {"hire": CASE, "score": 81, "rank": 1, "recommendation": "selected"}
    text = json.dumps([line]) if form == "json" else "[[lines]]\n" + "\n".join(f"{k} = {json.dumps(v)}" for k, v in line.items())
    (file := tmp_path / f"report.{form}").write_text(text)
    assert muster("vacancy", "submit-report", "250442", str(file), "--as", "piotr").code == 0
    assert desk.asked == [("vacancy_act", "piotr", "250442", "submit_report", {"lines": [line]}, None)]


@pytest.mark.parametrize(("text", "code"), [("nonsense", 2), ("lines = []", 2), (None, 3)])
def test_a_report_that_cannot_be_read_is_refused(text: str | None, code: int, muster: Muster, desk: FakeDesk, tmp_path: Path) -> None:
    file = tmp_path / "report.toml"
    if text is not None:
        file.write_text(text)
    assert (muster("vacancy", "submit-report", "250442", str(file), "--as", "piotr").code, desk.asked) == (code, [])


def test_a_report_is_decided_by_its_hash(muster: Muster, desk: FakeDesk) -> None:
    muster("vacancy", "decide-report", "250442", "--sha256", "ab", "--approved", "--as", "aude")
    assert desk.asked[0][4] == {"sha256": "ab", "approved": True, "reason": "merit_order"}


def test_cancelling_says_what_it_would_do_until_told_yes(muster: Muster, desk: FakeDesk) -> None:
    words = ("vacancy", "cancel", "250442", "--reason", "post_abolished", "--as", "helga")
    said = muster(*words)
    assert (said.code, desk.asked) == (2, [])
    assert "would end 3 open hire(s)" in said.err
    assert muster(*words, "--yes").code == 0
    assert desk.asked == [("vacancy_act", "helga", "250442", "cancel", {"reason": "post_abolished"}, None)]


def test_cancelling_an_unknown_vacancy_is_not_found(muster: Muster) -> None:
    assert muster("vacancy", "cancel", "999", "--reason", "post_abolished", "--as", "helga").code == 3


def test_staff_are_added_one_by_one(muster: Muster, desk: FakeDesk) -> None:
    words = ("staff", "add", "ada", "--name", "Ada", "--email", "ada@x.example", "--role", "hr_head", "--role", "auditor")
    assert muster(*words).out == "ada now acts as: hr_head, auditor.\n"
    assert desk.asked == [("put_staff", "ada", "Ada", "ada@x.example", ("hr_head", "auditor"))]
    assert muster("staff", "add", "ada", "--name", "A", "--email", "a@x", "--role", "emperor").code == 2


def test_the_people_of_the_demonstration_fill_every_role(muster: Muster, desk: FakeDesk) -> None:
    assert muster("staff", "load", "demo").code == 0
    from domain.words import Role

    assert {role for asked in desk.asked for role in asked[4]} == set(Role)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[people.x]\nname = "X"\nemail = "x@x"\nroles = ["emperor"]', "roles"),
        ('[people.x]\nname = "X"\nemail = "x@x"\nroles = ["auditor"]\nage = 3', "age"),
        ("people", "TOML"),
    ],
)
def test_a_wrong_file_of_people_is_refused_whole(text: str, says: str, muster: Muster, desk: FakeDesk, tmp_path: Path) -> None:
    (file := tmp_path / "people.toml").write_text(text)
    said = muster("staff", "load", str(file))
    assert (said.code, desk.asked) == (2, [])
    assert says in said.err


def test_settings_are_shown_without_their_secrets() -> None:
    settings = Settings(store_url="postgresql+psycopg://muster:geheim@db/muster", smtp_password="geheim")  # type: ignore[arg-type]
    shown = redacted(settings.model_dump())
    assert "geheim" not in str(shown)
    assert shown["store_url"] == "postgresql+psycopg://muster:***@db/muster"
    assert shown["relay"]["batch"] == settings.relay.batch


def test_settings_are_shown_under_the_names_one_would_set(muster: Muster) -> None:
    said = muster("config", "show").out
    assert "MUSTER_TEMPORAL_ADDRESS" in said
    assert "MUSTER_RELAY__BATCH" in said


def test_a_notice_that_is_none_is_refused(muster: Muster, tmp_path: Path) -> None:
    (file := tmp_path / "x.txt").write_bytes(b"")
    assert muster("notice", "parse", str(file)).code == 2


def test_the_file_of_people_of_the_demonstration_is_plain_toml() -> None:
    assert tomllib.loads(Path("config/people/demo.toml").read_text("utf-8"))["people"]


def test_a_person_is_shown_with_every_case_of_theirs(muster: Muster, desk: FakeDesk) -> None:
    said = muster("person", "find", "zoe").out
    assert desk.asked == [("find", "zoe")]
    assert "Zoë Example" in said
    assert CASE in said


def test_the_candidates_own_view_is_told_in_their_language(muster: Muster) -> None:
    assert muster("hire", "status", CASE, "--language", "fr").out.splitlines() == [
        "Nous vous avons adressé une offre conditionnelle.",
        "À faire au plus tard le mardi 2 mars 2027 à 15:30 (heure locale : Bruxelles) : répondre à notre offre conditionnelle.",
    ]
