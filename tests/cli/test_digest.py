"""`muster digest` and `muster housekeeping`: what is shown, what is put into the outbox, when it will be."""

from dataclasses import dataclass, field

from acts.housekeeping import Timetable
from domain.digest import Digest, Item
from domain.errors import NotFound
from tests.cli.conftest import Muster
from tests.cli.fakes import AT, CASE, FakeDesk

TOM = Digest(person="tom", day=AT.date(), items=(Item(section="needs", case=CASE, vacancy="250442", what="screen", at=AT),))


@dataclass
class FakeDigests:
    sent: list[str] = field(default_factory=list)

    async def of(self, person: str) -> Digest | None:
        return TOM if person == "tom" else None

    async def all(self) -> list[Digest]:
        return [TOM]

    async def send(self, person: str = "") -> list[Digest]:
        self.sent.append(person)
        return [TOM] if len(self.sent) == 1 else []


class FakeHousekeeping:
    there = False

    async def start(self) -> Timetable:
        self.there = True
        return await self.show()

    async def show(self) -> Timetable:
        if not self.there:
            raise NotFound("there is no timetable; make one with: muster housekeeping start", code="no_timetable")
        return Timetable("housekeeping", "Europe/Brussels", (AT,), None, 0)

    async def stop(self) -> None:
        self.there = False


def test_it_shows_everybodys_digest_or_one_persons(muster: Muster, desk: FakeDesk) -> None:
    desk.digests = FakeDigests()
    shown = muster("digest")
    assert (shown.code, desk.digests.sent) == (0, [])
    assert f"- {CASE} (vacancy 250442)" in shown.out
    assert "Vous attendent" in muster("digest", "--person", "tom", "--language", "fr").out
    assert "Nothing for noor." in muster("digest", "--person", "noor").out
    assert muster("digest", "--json").json["person"] == "tom"


def test_send_puts_it_into_the_outbox_and_says_when_there_is_nothing_new(muster: Muster, desk: FakeDesk) -> None:
    desk.digests = FakeDigests()
    assert "Put into the outbox: tom." in muster("digest", "--send").out
    assert "Nothing new to send today." in muster("digest", "--send", "--person", "tom").out
    assert desk.digests.sent == ["", "tom"]


def test_the_timetable_is_made_shown_and_removed(muster: Muster, desk: FakeDesk) -> None:
    desk.housekeeping = FakeHousekeeping()
    assert muster("housekeeping", "show").code == 3
    assert "Europe/Brussels" in muster("housekeeping", "start").out
    assert muster("housekeeping", "show", "--json").json["next"] == ["2027-03-02T14:30:00Z"]
    assert muster("housekeeping", "stop").code == 0
    assert not desk.housekeeping.there
