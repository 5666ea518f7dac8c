"""`muster partner list|show|reconcile`: what is shown, what is written, how it ends."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from acts.chasing import Chaser
from acts.partners import Reconciled
from domain.errors import NotFound, PartnerUnavailable
from domain.reconciling import Difference
from domain.silence import PartnerNow
from tests.cli.conftest import Muster
from tests.cli.fakes import AT, CASE, FakeDesk

ASK = f"{CASE}/medical/request/1"
NOW = PartnerNow(
    id="medical",
    kind="medical_adviser",
    name="Medical Adviser",
    channel="http",
    nations=(),
    owner="medical_advisers_office",
    door="resting",
    error="timeout",
    failing_since=AT,
    next_try=AT,
    last_heard=AT,
    last_asked=AT,
    open=2,
    overdue=1,
    expected_by=AT,
    expected_source="measured",
    quiet_after_days=20,
    quiet_source="policy",
    silent_since=AT,
)
LATE = Difference("overdue", ASK, "chase", CASE, "medical", "F-7", "in_progress")


@dataclass
class FakePartners:
    differences: tuple[Difference, ...] = (LATE,)
    away: bool = False
    sent: list[tuple[str, Chaser]] = field(default_factory=list)

    async def standings(self) -> list[PartnerNow]:
        return [NOW]

    async def show(self, name: str) -> dict[str, Any]:
        if name != "medical":
            raise NotFound(f"there is no partner {name!r}", code="no_such_partner")
        row = {
            "reference": ASK,
            "about": "medical",
            "case": CASE,
            "asked_at": AT,
            "expected_by": AT,
            "source": "announced",
            "overdue": True,
        }
        return {"id": "medical", "door": "resting", "asks": [row], "chasers": []}

    async def reconcile(self, name: str) -> Reconciled:
        if self.away:
            raise PartnerUnavailable("medical answered 503", code="http_503")
        chaser = Chaser("medical", "Two requests", f"- {ASK}", (ASK,)) if self.differences else None
        return Reconciled("medical", "list", 2, 2, self.differences, chaser)

    async def send(self, person: str, chaser: Chaser) -> str:
        self.sent.append((person, chaser))
        return "medical@example.org"


def test_the_list_says_how_each_partner_stands(muster: Muster, desk: FakeDesk) -> None:
    desk.partners = FakePartners()
    assert "resting" in muster("partner", "list").out
    said = muster("partner", "list", "--json").json
    assert (said["door"], said["silent_since"], said["expected_source"]) == ("resting", "2027-03-02T14:30:00Z", "measured")


def test_one_partner_is_shown_with_its_open_requests(muster: Muster, desk: FakeDesk) -> None:
    desk.partners = FakePartners()
    assert "announced" in muster("partner", "show", "medical").out
    assert muster("partner", "show", "medical", "--json").json["asks"][0]["reference"] == ASK
    assert muster("partner", "show", "nobody").code == 3


def test_a_difference_is_named_with_its_proposal_and_ends_with_one(muster: Muster, desk: FakeDesk) -> None:
    desk.partners = FakePartners()
    said = muster("partner", "reconcile", "medical")
    assert said.code == 1
    for words in ("open on both sides, overdue", "send the chaser", "Two requests"):
        assert words in said.out
    assert "en retard" in muster("partner", "reconcile", "medical", "--language", "fr").out
    found = muster("partner", "reconcile", "medical", "--json").json
    assert (found["differences"][0]["name"], found["chaser"]["asks"], found["sent"]) == ("overdue", [ASK], False)
    assert desk.partners.sent == []


def test_where_both_agree_it_ends_with_nothing(muster: Muster, desk: FakeDesk) -> None:
    desk.partners = FakePartners(differences=())
    said = muster("partner", "reconcile", "medical")
    assert (said.code, "Both sides agree" in said.out) == (0, True)


def test_the_letter_goes_to_a_file_or_out_in_a_persons_name(muster: Muster, desk: FakeDesk, tmp_path: Path) -> None:
    desk.partners = FakePartners()
    muster("partner", "reconcile", "medical", "--chaser", str(tmp_path / "letter.txt"))
    assert ASK in (tmp_path / "letter.txt").read_text("utf-8")
    assert muster("partner", "reconcile", "medical", "--send").code == 2
    assert desk.partners.sent == []
    assert "medical@example.org" in muster("partner", "reconcile", "medical", "--send", "--as", "mia").out
    assert [person for person, _ in desk.partners.sent] == ["mia"]


def test_a_partner_that_is_away_is_somebody_elses_trouble(muster: Muster, desk: FakeDesk) -> None:
    desk.partners = FakePartners(away=True)
    assert muster("partner", "reconcile", "medical").code == 6
