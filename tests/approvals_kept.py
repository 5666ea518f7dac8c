"""The same in a real store: several people at once, each deciding on what they read a moment ago, and hands in the tables themselves.

What goes through the acts is written as the worker writes it; `forge` writes rows as nobody should be able to, and only the database's own
constraint stands against it.
"""

import asyncio
import random
from collections import Counter
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from sqlalchemy import Table, insert
from sqlalchemy.exc import IntegrityError

from acts.desk import Desk
from config.files import load_rules
from domain.errors import Problem
from domain.facts import Entry
from domain.four_eyes import PAIRS
from domain.hire import fold
from domain.overlays import Overlay
from domain.vacancy import fold as fold_vacancy
from store.database import Database
from store.records import Records
from store.tables import cases, journal
from store.vacancies import Vacancies
from tests.approvals import PEOPLE, Cast, Hashes, Scene, Tally, judged, scenes
from tests.store.making import NOON

ROUNDS, AT_ONCE = 8, 3
#: Who keeps policies and overlays here: all of them, so that nothing but four eyes stands against anybody.
KEEPER = ("hr_head",)


@dataclass
class Kept:
    """What came of it. `forged` are rows the database took and should not have; `stopped` those it refused."""

    tally: Tally = field(default_factory=Tally)
    stopped: int = 0
    forged: list[str] = field(default_factory=list)
    lost: Counter[str] = field(default_factory=Counter)
    houses: Counter[str] = field(default_factory=Counter)
    alone: list[str] = field(default_factory=list)


class Undone(Exception):
    """Ends a transaction that was only a trial."""


class Runs:
    """Runs on one store, new and migrated."""

    def __init__(self, db: Database, seed: int) -> None:
        self.db, self.records, self.desk = db, Records(db), Desk(db)
        self.draw, self.number, self.kept = random.Random(seed), count(1), Kept()

    async def prepare(self) -> None:
        await self.desk.clock.set(NOON)
        for published in {scene.published.spec.reference: scene.published for scene in scenes()}.values():
            await Vacancies(self.db).publish(published)
        for person in PEOPLE:
            await self.desk.put_staff(person, person, f"{person}@example.org", KEEPER)

    async def run(self) -> None:
        """One run: a case with three people at it at once, a hand in its journal, a policy and an overlay."""
        scene = self.draw.choice(scenes())
        case = await self._begin(scene)
        cast, hashes = Cast(self.draw), list[str]()
        for _ in range(ROUNDS):
            await asyncio.gather(*(self._try(scene, case, cast, hashes) for _ in range(AT_ONCE)))
        told = await self.records.journal(case)
        self.kept.tally.add(told, len(scene.journal))
        await self._forge(case, told)
        await self._house()

    async def _begin(self, scene: Scene) -> str:
        """The case of a scene under a name of its own."""
        n = next(self.number)
        case = f"{scene.case.partition('/')[0]}/r{n:05}"
        if case.startswith("hire/"):
            row = {"case_id": case, "kind": "hire", "vacancy": "250442", "candidate": f"P{n}", "linked": False, "created_at": NOON}
            await self._insert(cases, [row])
        await self._insert(journal, [_row(case, each) for each in scene.journal])
        return case

    async def _insert(self, table: Table, rows: list[dict[str, Any]]) -> None:
        await self.db.write(lambda tx: tx.execute(insert(table), rows))

    async def _try(self, scene: Scene, case: str, cast: Cast, hashes: Hashes) -> None:
        """Somebody reads the case, decides, and writes: as a worker would, of whom two may do so at once."""
        before = await self.records.journal(case)
        state: Any = fold_vacancy(before) if case.startswith("vacancy/") else fold(before)
        request = cast.ask(scene.moves(state, self.draw, hashes))
        self.kept.tally.tried += 1
        try:
            new = judged(scene, state, request, len(before), case)
            await self._write(case, new)
        except Problem as refusal:
            self.kept.lost[refusal.code] += 1

    async def _write(self, case: str, new: list[Entry]) -> None:
        """The facts alone: what else a step writes is not what is tried here, and the number is what one of two loses by."""
        try:
            await self._insert(journal, [_row(case, each) for each in new])
        except IntegrityError as error:
            self.kept.lost["four_eyes_of_the_database" if "four eyes" in str(error) else "somebody_else_was_first"] += 1

    async def _forge(self, case: str, told: list[Entry]) -> None:
        """The proposer's own decision, straight into the journal."""
        for pair in PAIRS:
            before = [each for each in told if each.fact.kind == pair.first]
            if not before:
                continue
            newest = before[-1]
            proposer = str(getattr(newest.fact, pair.by)) if pair.by else newest.actor
            if not proposer.startswith("person:"):
                continue
            for kind in pair.second:
                body = {name: getattr(newest.fact, name, "") for name in pair.same}
                row = _row(case, newest) | {"number": told[-1].number + 1, "kind": kind, "actor": proposer, "body": body, "step": "forged"}
                try:
                    async with self.db.transaction() as tx:
                        await tx.execute(insert(journal), [row])
                        raise Undone  # taken: told, and not left there for whoever reads the case
                except IntegrityError:
                    self.kept.stopped += 1
                except Undone:
                    self.kept.forged.append(f"{kind} in {case}")

    async def _house(self) -> None:
        """A policy and an overlay, each proposed by somebody and approved by everybody at once."""
        n, first = next(self.number), self.draw.choice(PEOPLE)
        rules = load_rules("standard").model_copy(update={"name": f"trial-{n}"})
        edition = await self.desk.policies.propose(first, rules)
        overlay = Overlay.model_validate({"overlay": f"quiet-{n}", "kind": "freeze", "reason": "office_closed"})
        await self.desk.overlays.propose(first, overlay)
        tries = [self._approves("policy", self.desk.policies.approve(each, rules.name, rules.version, edition.sha256)) for each in PEOPLE]
        tries += [self._approves("overlay", self.desk.overlays.approve(each, overlay.overlay, overlay.sha256)) for each in PEOPLE]
        self.draw.shuffle(tries)
        await asyncio.gather(*tries)
        approved = {
            "policy": (await self.desk.policies.get(rules.name, rules.version)).approved_by,
            "overlay": next(each["approved_by"] for each in await self.desk.overlays.list() if each["overlay"] == overlay.overlay),
        }
        self.kept.alone += [f"{first} approved their own {what} {n}" for what, by in approved.items() if by in (None, first)]

    async def _approves(self, what: str, approval: Any) -> None:
        try:
            await approval
            self.kept.houses[f"{what} approved"] += 1
        except Problem as refusal:
            self.kept.houses[f"{what} {refusal.code}"] += 1


def _row(case: str, entry: Entry) -> dict[str, Any]:
    own = {"case_id": case, "number": entry.number, "at": entry.at, "recorded_at": NOON, "actor": entry.actor, "step": entry.step}
    return own | {"kind": entry.fact.kind, "body": entry.fact.model_dump(mode="json")}
