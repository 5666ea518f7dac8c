"""What stands around every tab of a hire: its head, whose turn it is, conditions, deadlines, documents and people, as this visitor may see
them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from acts import parts
from acts.rights import Resource
from config.telling import Teller
from console.beside import Beside, beside
from console.cards import DRAWN
from console.course import Reader
from console.in_words import InWords
from console.telling import Pill, names, pill, state_of
from console.visits import Visitor
from domain.acts import ACTS
from domain.conditions import deadline_keys
from domain.looking import Category
from domain.prospect import Prospect
from domain.waiting import Why
from store.names import system_now
from store.notes import Note

Row = Mapping[str, Any]
SETTLED = ("satisfied", "waived")


@dataclass(frozen=True)
class Casefile:
    """One hire for one visitor. `entries` is the journal as they may see it; `why` and `notes` are None for whom they
    would tell too much; `beside` is what others have confirmed and what has not taken effect yet."""

    case: str
    row: Row
    name: str
    owner: str
    state: Pill
    due_at: datetime | None
    plan: Prospect
    entries: Sequence[Row]
    letters: Sequence[Row]
    why: Why | None
    notes: Sequence[Note] | None
    beside: Sequence[Beside]
    allowed: frozenset[str]
    whole: bool
    reader: Reader
    now: datetime

    @property
    def hire(self) -> str:
        return self.case.removeprefix("hire/")

    @property
    def running(self) -> list[Row]:
        """The deadlines that run, the next one first."""
        return [each for each in self.row.get("deadlines", ()) if each["state"] in ("open", "lapse_due")]

    @property
    def sentence(self) -> str:
        """Why it waits, in one sentence: the most pressing open matter, and how many more there are."""
        if self.why is None or not self.why.waits:
            return ""
        first, teller = self.why.waits[0], self.reader.teller
        who = f" {teller.say('waiting.who', who=teller.who(first.who))}" if first.who else ""
        return f"{teller.matter(first)}.{who}"

    @property
    def needed(self) -> list[tuple[str, str]]:
        """What the hire needs of this visitor: act and what it is about, the first the most pressing."""
        pairs = (need.partition(":") for need in self.row["needs"])
        return [(name, about) for name, _, about in pairs if name in self.allowed]

    @property
    def other_acts(self) -> list[str]:
        return sorted(self.allowed - {name for name, _ in self.needed}, key=self.reader.teller.act)

    def task(self, condition: Row) -> dict[str, Any]:
        """A condition as a task: how it is drawn, when it is due, whether the contract waits for it, what is missing."""
        slot = condition["condition"]
        runs = [each for each in self.running if each["key"] in deadline_keys(slot)]
        waits = [each for each in (self.why.waits if self.why else ()) if each.about == slot]
        return {
            "shape": DRAWN[condition["state"]],
            "due": pill(min((each["due_at"] for each in runs), default=None), self.now),
            "blocks": condition["state"] not in (*SETTLED, "withheld"),
            "missing": [self.reader.teller.matter(each) for each in waits],
        }

    def people(self) -> list[tuple[str, int, datetime]]:
        """Who of ours did something to it: name, how often, when last."""
        found: dict[str, list[datetime]] = {}
        for entry in self.entries:
            if entry["actor"].startswith("person:"):
                found.setdefault(entry["actor"], []).append(entry["at"])
        return [(self.reader.words.who(actor), len(times), max(times)) for actor, times in found.items()]


async def casefile(visitor: Visitor, row: Row, teller: Teller) -> Casefile:
    """The file of a hire that was `found` for this visitor. What it shows of answers is noted as looked at."""
    desk, case = visitor.desk, row["case_id"]
    staff = await desk.people.list_staff()
    called = {each.person: each.name for each in staff}
    whole, shown, now = visitor.sees(Resource.CASES), parts.cut(row, visitor), await desk.clock.now()
    running = (each["due_at"] for each in shown.get("deadlines", ()) if each["state"] in ("open", "lapse_due"))
    due = None if shown["ending"] else shown["next_deadline"] if whole else min(running, default=None)
    mine = {name for name, act in ACTS.items() if act.roles & visitor.roles}
    return Casefile(
        case=case,
        row=shown,
        name=(await names(visitor, [row])).get(case, ""),
        owner=called.get(row["owner"] or "", row["owner"] or ""),
        state=state_of(shown, any(need.partition(":")[0] in mine for need in shown["needs"]), now),
        due_at=due,
        plan=parts.prospect(await desk.prospect(case), shown, visitor),
        entries=parts.own_entries(await desk.timeline(case), visitor),
        letters=parts.letters(await desk.letters(case), visitor) if whole else [],
        why=await desk.why(case) if visitor.sees(Resource.ANSWERS) else None,
        notes=await _notes(visitor, case) if visitor.sees(Resource.ANSWERS) else None,
        beside=await beside(visitor, case, system_now()),
        allowed=frozenset((await desk.standing(case)).allowed(visitor.roles)),
        whole=whole,
        reader=Reader(visitor.person, visitor.roles, InWords(teller, staff)),
        now=now,
    )


async def _notes(visitor: Visitor, case: str) -> list[Note]:
    """The notes; that somebody read them is noted before they do."""
    found = await visitor.desk.notes.of(visitor, case)
    if found:
        await visitor.desk.looked(case, {Category.NOTE}, "notes")
    return found
