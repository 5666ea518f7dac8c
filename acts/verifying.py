"""One case held against the log, nothing taken on trust: every leaf from the first, every checkpoint, what each leaf of the case is bound
to, and what is shown against the journal. What `verify.py` does with a dossier far from here, done on the spot; it is no substitute for it:
whoever could change the store could change this program.
"""

from asyncio import to_thread
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from domain.errors import Conflict, NotFound
from domain.log import verify
from domain.log.completeness import Check, Completeness, Difference, gaps, missing
from domain.log.leaf import Kind
from domain.log.tree import Tree, leaf_hash
from store.checkpoints import Checkpoint
from store.database import Database
from store.histories import Histories
from store.logbook import Bound, LogBook
from store.names import system_now
from store.proofs import Proofs
from store.queries import Queries

#: In the order they are shown; each is a key `verify.claim.<name>` of the catalogue.
CLAIMS = ("log", "signature", "contents", "completeness", "order", "shown", "history")
#: So many faults of one kind are named; the first is what matters.
NAMED = 10


@dataclass(frozen=True)
class Verified:
    """What came of it. `leaves` are those of the whole log, `own` the case's; `newer` of these no checkpoint covers yet."""

    case: str
    at: datetime
    found: Completeness
    checkpoint: Checkpoint | None
    leaves: int
    own: int
    newer: int

    @property
    def holds(self) -> bool:
        return self.found.complete

    @property
    def first(self) -> Difference | None:
        """The first bad entry."""
        return next(iter(self.found.differences), None)

    @property
    def fact(self) -> int | None:
        """The number of the fact the first bad entry is about, if it is about one."""
        case, _, number = self.first.about.rpartition(" ") if self.first else ("", "", "")
        return int(number) if case == self.case and number.isdigit() else None


class Verifying:
    def __init__(self, db: Database, queries: Queries) -> None:
        self._proofs, self._book, self._kept, self._queries = Proofs(db), LogBook(db), Histories(db), queries

    async def case(self, case: str, keys: str) -> Verified:
        """Raises NotFound. `keys`: the log's public keys as verifiers read them; empty where they are not known here."""
        numbers = [row["number"] for row in await self._queries.timeline(case)]
        if not numbers:
            raise NotFound(f"there is no {case}", code="unknown_case", case=case)
        signed, tree = await self._proofs.signed(), Tree()
        log = await self._log(tree, signed)
        own = await self._proofs.leaves_of(case)
        checks = (
            log,
            _signature(signed, keys),
            await self._contents(case),
            _completeness(case, numbers, own),
            _order(case, own),
            await self._shown(case),
            await self._history(case),
        )
        newest = signed[-1] if signed else None
        newer = sum(row["position"] >= (newest.size if newest else 0) for row in own)
        return Verified(case, system_now(), Completeness(checks=checks), newest, len(tree), len(own), newer)

    async def _log(self, tree: Tree, signed: Sequence[Checkpoint]) -> Check:
        """Every leaf in its place and under its own hash; the log begins with every checkpoint that was signed."""
        found: list[Difference] = []
        while rows := await self._proofs.texts(len(tree)):
            found += await to_thread(_taken, tree, rows)
            if any(each.code == "leaf_gap" for each in found):
                break
        found += [Difference(code="checkpoint_ahead", about=str(each.size)) for each in signed if each.size > len(tree)]
        within = [each for each in signed if each.size <= len(tree)]
        found += [Difference(code="checkpoint_other_leaves", about=str(c.size)) for c in within if not c.is_of(tree)]
        return Check(name="log", counts={"leaves": len(tree), "checkpoints": len(signed)}, differences=tuple(found[:NAMED]))

    async def _contents(self, case: str) -> Check:
        """Each content that can still be opened is the one its leaf is bound to."""
        try:
            found = await self._book.about(case, 2**53)
        except Conflict as gone:
            return Check(name="contents", differences=(Difference(code="content_missing", about=str(gone.details.get("leaf", ""))),))
        wrong = await to_thread(lambda: [each for each in found if not _opens(each)])
        counts = {"leaves": len(found), "sealed": sum(each.disclosed is None for each in found)}
        return Check(name="contents", counts=counts, differences=tuple(_not_as_logged(case, each) for each in wrong[:NAMED]))

    async def _shown(self, case: str) -> Check:
        """What the pages show is what the journal gives when it is played again."""
        drift = await self._queries.drift(case)
        return Check(name="shown", differences=tuple(Difference(code="read_model_differs", about=each) for each in drift))

    async def _history(self, case: str) -> Check:
        """The kept history of the workflow is the text its leaf is bound to."""
        kept = await self._kept.of(case)
        if not kept:
            return Check(name="history", skipped="no_history")
        wrong = [each for each in kept if not (each.whole and each.bound)]
        found = tuple(Difference(code="history_not_as_logged", about=f"{each.run}/{each.last_event}") for each in wrong)
        return Check(name="history", counts={"runs": len(kept)}, differences=found)


def _taken(tree: Tree, rows: Iterable[dict[str, Any]]) -> list[Difference]:
    found: list[Difference] = []
    for row in rows:
        if row["position"] != len(tree):
            return [*found, Difference(code="leaf_gap", about=str(len(tree)))]
        digest = leaf_hash(row["body"].encode())
        if digest.hex() != row["sha256"]:
            found.append(Difference(code="leaf_altered", about=str(row["position"])))
        tree.append(digest)
    return found


def _signature(signed: Sequence[Checkpoint], keys: str) -> Check:
    """The newest checkpoint is signed by the log's key, and says what stands beside it."""
    if not signed or not keys:
        return Check(name="signature", skipped="no_checkpoint" if keys else "no_key")
    newest = signed[-1]
    try:
        said = verify.checkpoint_of(newest.note.encode(), verify.keys_of(keys), "the checkpoint")
        held = (said.size, said.root) == (newest.size, newest.hash)
    except verify.Wrong:
        held = False
    found = () if held else (Difference(code="checkpoint_not_signed", about=str(newest.size)),)
    return Check(name="signature", counts={"leaves": newest.size}, differences=found)


def _completeness(case: str, numbers: Sequence[int], own: Iterable[dict[str, Any]]) -> Check:
    """The facts are numbered 1 to n, each has its leaf, and no leaf of a fact stands without it."""
    facts, logged = [f"{case} {n}" for n in numbers], [f"{case} {row['ref']}" for row in own if row["kind"] == Kind.FACT]
    found = [
        *gaps("journal_gap", {case: numbers}, 1),
        *missing("fact_without_leaf", facts, logged),
        *missing("leaf_without_fact", logged, facts),
    ]
    return Check(name="completeness", counts={"facts": len(facts)}, differences=tuple(found[:NAMED]))


def _order(case: str, own: Iterable[dict[str, Any]]) -> Check:
    """The facts stand in the log in the order of their numbers."""
    found: list[Difference] = []
    before = 0
    for number in (int(row["ref"]) for row in own if row["kind"] == Kind.FACT):
        if number <= before:
            found.append(Difference(code="fact_out_of_order", about=f"{case} {number}"))
        before = max(before, number)
    return Check(name="order", differences=tuple(found[:NAMED]))


def _opens(leaf: Bound) -> bool:
    try:
        if leaf.disclosed is not None:
            verify.opened(f"leaf {leaf.index}", verify.leaf_of(leaf.text, f"leaf {leaf.index}"), leaf.disclosed)
    except verify.Wrong:
        return False
    return True


def _not_as_logged(case: str, leaf: Bound) -> Difference:
    if leaf.kind == Kind.FACT:
        return Difference(code="fact_not_as_logged", about=f"{case} {leaf.ref}")
    return Difference(code="content_not_as_logged", about=str(leaf.index))
