"""`muster policy …`: what it says of a policy file, of two, and of a rehearsal."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from cli.outlook import Tongue
from cli.rehearsed import teller_of
from config.files import load_calendar, load_rules, names
from config.rehearsed import as_data, lines
from domain.rehearsal import rehearse
from domain.words import Stage
from tests.cli.conftest import Muster
from tests.cli.fakes import FakeDesk
from tests.domain.test_comparison import changed
from tests.world import at_stage

STANDARD = (Path(__file__).parents[2] / "config/policies/standard.toml").read_text("utf-8")
SCREENING = "[deadlines.screening]\n"


def written(folder: Path, old: str, new: str) -> str:
    assert old in STANDARD
    file = folder / "new.toml"
    file.write_text(STANDARD.replace(old, new, 1), "utf-8")
    return str(file)


@pytest.mark.parametrize(
    ("old", "new", "key", "allowed"),
    [
        (SCREENING, SCREENING + "traget = 3\n", "deadlines.screening.traget", "allowed: at_limit, escalate_to, escalation, limit, party"),
        (SCREENING, "[deadlines.sreening]\n", "deadlines.sreening", "allowed: screening, shortlisting"),
        ('party = "hr"', 'party = "everybody"', "deadlines.screening.party", "'hr', 'board'"),
        ('at_limit = "escalate"', 'at_limit = "refuse"', "deadlines.screening.at_limit", "'escalate', 'lapse_due'"),
        ('escalate_to = "hr_head"', 'escalate_to = "boss"', "deadlines.screening.escalate_to", "'hr_officer', 'hr_head'"),
        ("target = 14", 'target = "14"', "deadlines.screening.target", "integer"),
        ("target = 14", "target = -1", "deadlines.screening.target", "greater than or equal to 0"),
        ('after = ["clearance", "medical"]', 'after = ["clearence"]', "conditions.accreditation.after[0]", "'clearance', 'medical'"),
        ("[conditions.budget]", "[conditions.buget]", "conditions.buget", "'clearance', 'medical'"),
        ("valid_days = 365", "valid_days = 0", "conditions.medical.valid_days", "greater than or equal to 1"),
        ('assessment = "recorded_video"', 'assessment = "exam"', "assessment", "'recorded_video', 'written_test'"),
        ('calendar = "hq-brussels"', 'calendar = "mons"', "calendar", "allowed: hq-brussels"),
        ('default_closing_time = "23:59:59"', 'default_closing_time = "25:00"', "default_closing_time", "match pattern"),
        ("review_holds_days = 30", "review_hold_days = 30", "review_hold_days", "allowed: assessment, calendar"),
    ],
)
def test_a_wrong_policy_is_refused_with_file_key_and_what_is_allowed(
    old: str, new: str, key: str, allowed: str, tmp_path: Path, muster: Muster
) -> None:
    file = written(tmp_path, old, new)
    said = muster("policy", "check", file)
    assert (said.code, said.out) == (2, "")
    assert f"{file}: {key}: " in said.err
    assert allowed in " ".join(said.err.split())
    error = json.loads(muster("policy", "check", file, "--json").err)["error"]
    assert (error["code"], error["exit"], error["details"]["file"]) == ("bad_file", 2, file)
    assert key in error["details"]["keys"]


def test_everything_wrong_is_said_at_once(tmp_path: Path, muster: Muster) -> None:
    file = written(tmp_path, SCREENING + 'party = "hr"\ntarget = 14', SCREENING + 'party = "x"\ntarget = -1')
    said = muster("policy", "check", file).err
    assert "deadlines.screening.party" in said
    assert "deadlines.screening.target" in said


def test_a_policy_in_order_is_said_to_be(muster: Muster, desk: FakeDesk, tmp_path: Path) -> None:
    file = written(tmp_path, 'version = "2026.1"', 'version = "2027.1"')
    assert muster("policy", "check", file).out.startswith(f"{file}: in order. Policy standard, version 2027.1")
    said = muster("policy", "check", file, "--json").json
    assert (said["ok"], said["version"], len(said["sha256"])) == (True, "2027.1", 64)
    assert muster("policy", "check", "./none.toml").code == 3
    assert desk.read_only == [], "no store is asked"


def test_policies_are_listed_and_shown(muster: Muster) -> None:
    listed = [json.loads(line) for line in muster("policy", "list", "--json").out.splitlines()]
    assert [each["name"] for each in listed] == names("policies")
    shown = muster("policy", "show", "standard", "--json").json
    assert shown["sha256"] == load_rules("standard").sha256
    assert shown["deadlines"]["screening"]["target"] == 14
    text = muster("policy", "show", "standard").out
    assert "interview fast track" in text
    assert "accreditation" in text
    assert muster("policy", "show", "none").code == 3


def test_a_policy_is_proposed_with_what_differs_and_approved_by_its_hash(muster: Muster, desk: FakeDesk, tmp_path: Path) -> None:
    file = written(tmp_path, 'version = "2026.1"', 'version = "2027.1"')
    said = muster("policy", "publish", file, "--as", "helga", "--effective", "2027-04-01")
    assert said.code == 0
    assert "- version: 2026.1 → 2027.1" in said.out
    assert "muster policy approve standard 2027.1 --as PERSON" in said.out
    assert desk.asked[0] == ("propose", "helga", "2027.1", date(2027, 4, 1))
    assert muster("policy", "publish", file, "--as", "helga", "--json").json["changes"][0]["key"] == "version"
    sha256 = load_rules("standard").sha256
    assert muster("policy", "approve", "standard", "2026.1", "--as", "aude", "--sha256", sha256).out.startswith("Published.")
    assert desk.asked[-1] == ("approve", "aude", "standard", "2026.1", sha256)
    assert muster("policy", "publish", written(tmp_path, "target = 14", "traget = 14"), "--as", "helga").code == 2


def test_a_difference_is_said_in_words(muster: Muster, tmp_path: Path) -> None:
    file = written(tmp_path, "target = 14", "target = 10")
    assert muster("policy", "diff", "standard", file).out == "screening: target 14 → 10 days\n"
    assert muster("policy", "diff", "standard", file, "--json").json == {
        "key": "deadlines.screening.target",
        "was": 14,
        "will": 10,
        "words": "screening: target 14 → 10 days",
        "unit": "day",
    }
    assert muster("policy", "diff", "standard", "standard").out == "No difference.\n"


def test_a_rehearsal_asks_the_store_alone(muster: Muster, desk: FakeDesk, tmp_path: Path) -> None:
    file = written(tmp_path, 'version = "2026.1"', 'version = "2027.1"')
    said = muster("policy", "rehearse", file, "--vacancy", "250442")
    assert said.out.startswith("Policy standard@2027.1 over 0 hires that are open, as of 2027-03-02 14:30Z. Nothing was changed.")
    assert (desk.asked, desk.read_only) == ([("rehearse", "2027.1", "hq-brussels", "250442")], [True])
    assert muster("policy", "rehearse", file, "--json").json["affected"] == 0
    assert muster("policy", "rehearse", written(tmp_path, "target = 14", "traget = 14")).code == 2


def test_a_rehearsal_says_counts_first_and_then_case_by_case() -> None:
    world, case = at_stage(Stage.CONDITIONS)
    world.answer(case, "medical")
    world.at += timedelta(days=22)
    rules = changed(
        deadlines__verification__target=20,
        deadlines__verification__limit=None,
        conditions__medical__valid_days=10,
        conditions__accreditation__after=["medical"],
    )
    found = rehearse({case: world.store.journals[case]}, {"250442": world.published[0]}, rules, load_calendar("hq-brussels"), world.at)
    said = list(lines(found, teller_of(Tongue.EN)))
    assert said[1:] == [
        "Against standard@2026.1 (1 hire):",
        "- verification of studies and work experience: target 30 → 20 days",
        "- verification of studies and work experience: limit 60 days → none",
        "- accreditation and notification: asked after security clearance, medical approval → medical approval",
        "- medical approval: a result is valid 365 → 10 days",
        "Affected: 1 hire of 1.",
        "- 1 with something overdue at once",
        "- 1 with a deadline that comes earlier",
        "- 1 with a limit that is gone",
        "- 1 reminded at other times",
        "- 1 with a condition that reopens",
        "- 1 with a condition asked for at once",
        "",
        f"{case} (vacancy 250442, conditions of appointment)",
        "- verification of studies and work experience: due 2026-04-16 → 2026-04-06 (overdue at once); limit 2026-05-16 → none; "
        "reminded at other times",
        "- medical approval: result valid until 2027-03-16 → until 2026-03-26; reopens, it would not hold on the day of entry",
        "- accreditation and notification: asked at once, waits for security clearance → nothing",
    ]
    data = as_data(found, teller_of(Tongue.EN))
    (each,) = data["cases"]
    assert (data["open"], data["affected"], data["counts"]["reopens"]) == (1, 1, 1)
    assert each["deadlines"][0]["will"]["limit_at"] is None
    assert [c["text"] for c in each["conditions"]] == [line.removeprefix("- ") for line in said[-2:]]

    french = list(lines(found, teller_of(Tongue.FR)))
    assert len(french) == len(said)
    assert "Concernés\u00a0: 1 dossier sur 1." in french
    assert not [line for line in french if "overdue" in line or "{" in line]
