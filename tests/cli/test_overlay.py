"""`muster overlay …`: who would be affected first, then two people, then case by case."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Muster
from tests.cli.fakes import CASE, FakeDesk

FREEZE = 'overlay = "freeze-1"\nkind = "freeze"\nreason = "staff_shortage"\n'


def written(folder: Path, text: str = FREEZE) -> str:
    file = folder / "overlay.toml"
    file.write_text(text, "utf-8")
    return str(file)


def test_who_would_be_affected_is_listed_before_anything_is_written(muster: Muster, desk: FakeDesk, tmp_path: Path) -> None:
    said = muster("overlay", "preview", written(tmp_path))
    assert said.out.splitlines() == [
        "Overlay freeze-1 (freeze) would concern 1 open hire(s). Nothing was changed.",
        f"{CASE} (vacancy 250442, conditions): its clocks stop",
        "hire/x (vacancy 250442, conditions): exempt",
    ]
    assert desk.read_only == [True]
    rows = [json.loads(line) for line in muster("overlay", "preview", written(tmp_path), "--json").out.splitlines()]
    assert [row["why_not"] for row in rows] == ["", "exempt"]


def test_an_overlay_is_proposed_approved_applied_and_lifted(muster: Muster, desk: FakeDesk, tmp_path: Path) -> None:
    proposed = muster("overlay", "propose", written(tmp_path), "--as", "helga").out
    assert "muster overlay approve freeze-1 --as PERSON --sha256" in proposed
    assert muster("overlay", "approve", "freeze-1", "--as", "aude", "--sha256", "a" * 64).code == 0
    lines = muster("overlay", "apply", "freeze-1", "--as", "helga", "--json").out.splitlines()
    assert [json.loads(line)["code"] for line in lines] == ["", "on_hold"]
    assert desk.read_only[-1] is False
    assert muster("overlay", "lift", "freeze-1", "--as", "helga").out.startswith("Lifted.")
    assert [asked[0] for asked in desk.asked] == ["propose_overlay", "preview", "approve_overlay", "apply_overlay", "lift_overlay"]
    assert muster("overlay", "list", "--json").json["state"] == "proposed"
    assert CASE in muster("overlay", "show", "freeze-1").out


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (FREEZE + 'colour = "blue"\n', "unknown key; allowed: effective_from, exempt, figures, kind"),
        (FREEZE.replace('"freeze"', '"thaw"'), "allowed: 'freeze', 'fast_track' or 'durations'"),
        (FREEZE.replace('"freeze"', '"durations"'), "new durations need figures"),
        (FREEZE + "figures.screening = { target = 3 }\n", "no other kind has any"),
        (FREEZE.replace('"freeze"', '"durations"') + "figures.sreening = { target = 3 }\n", "allowed: screening"),
        (FREEZE + "effective_from = 2027-07-01T00:00:00\n", "needs its zone"),
    ],
)
def test_a_wrong_overlay_is_refused_with_what_is_allowed(text: str, says: str, muster: Muster, desk: FakeDesk, tmp_path: Path) -> None:
    said = muster("overlay", "preview", written(tmp_path, text))
    assert (said.code, desk.asked) == (2, [])
    assert says in " ".join(said.err.split())
