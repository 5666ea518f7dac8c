"""Reading the store's records against each other, all in one view of one moment. Nothing here trusts one of them more than another.

Where the key of a stream still stands, a leaf is not only counted: what it is about is bound again and compared. Leaves whose key was
erased with a person are counted as `sealed`; they stay in the tree.
"""

import base64
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, select

from domain.log.completeness import Check, Difference, gaps, missing
from domain.log.leaf import Kind, Leaf
from domain.log.tree import Tree, leaf_hash
from store import log
from store.database import Database
from store.records import entry_of
from store.tables import (
    calendars,
    checkpoints,
    deliveries,
    delivery_acts,
    erasures,
    holds,
    inbox,
    journal,
    leaves,
    letters,
    log_keys,
    log_size,
    outbox,
    overlays,
    partner_asks,
    policies,
    privacy_acts,
    signal_decisions,
    strays,
)

Row = Mapping[Any, Any]
#: Facts that a request was put to an authority.
PUT = ("condition_requested", "assessment_invited", "budget_asked")


class Books:
    """The leaves of one moment, by kind, and the keys to bind contents again."""

    def __init__(self, rx: Connection) -> None:
        self.rx = rx
        self.leaves = _rows(rx, leaves, order=leaves.c.position)
        self.keys = {row["stream"]: row["key"] for row in _rows(rx, log_keys)}
        self._of: dict[str, list[Row]] = defaultdict(list)
        for leaf in self.leaves:
            self._of[leaf["kind"]].append(leaf)

    def of(self, kind: Kind) -> list[Row]:
        return self._of[str(kind)]

    def bound(self, leaf: Row, content: Leaf) -> bool:
        """Is this the leaf of this content? True for one that nobody can open any more."""
        key = self.keys.get(leaf["stream"])
        return key is None or content.text(key) == leaf["body"]

    def sealed(self, found: Iterable[Row]) -> int:
        return sum(leaf["stream"] not in self.keys for leaf in found)


async def reconciled(db: Database) -> tuple[Check, ...]:
    """Every check the store alone can answer, but the read model's (`Queries.drift`)."""

    def work(rx: Connection) -> tuple[Check, ...]:
        books = Books(rx)
        return tuple(check(books) for check in (_leaves, _checkpoints, _journal, _facts, _events, _effects, _decisions))

    return await db.read(work)


# ---- the log itself --------------------------------------------------------------------------------------------------------


def _leaves(books: Books) -> Check:
    """Positions 0 to n-1, n what the counter says, each text under its own hash and its own name."""
    size = books.rx.execute(select(log_size.c.size)).scalar_one_or_none() or 0
    found = gaps("leaf_gap", {"log": [leaf["position"] for leaf in books.leaves]}, 0)
    found += [Difference(code="leaf_altered", about=str(leaf["position"])) for leaf in books.leaves if not _itself(leaf)]
    if size != len(books.leaves):
        found.append(Difference(code="leaf_not_counted", about=f"{size} {len(books.leaves)}"))
    kinds = Counter(leaf["kind"] for leaf in books.leaves)
    counts = {"leaves": len(books.leaves), "sealed": books.sealed(books.leaves), **dict(sorted(kinds.items()))}
    return Check(name="leaves", counts=counts, differences=tuple(found))


def _itself(leaf: Row) -> bool:
    named = f'"kind":"{leaf["kind"]}","ref":"{leaf["ref"]}","stream":"{leaf["stream"]}"'
    return leaf_hash(leaf["body"].encode()).hex() == leaf["sha256"] and named in leaf["body"]


def _checkpoints(books: Books) -> Check:
    """The log begins with every checkpoint that was signed."""
    signed = _rows(books.rx, checkpoints, order=checkpoints.c.size)
    tree = Tree(leaf_hash(leaf["body"].encode()) for leaf in books.leaves)
    found = [Difference(code="checkpoint_ahead", about=str(each["size"])) for each in signed if each["size"] > len(tree)]
    within = [each for each in signed if each["size"] <= len(tree)]
    found += [Difference(code="checkpoint_other_leaves", about=str(c["size"])) for c in within if _root(tree, c["size"]) != c["root"]]
    out = sum(each["published_at"] is not None for each in signed)
    return Check(name="checkpoints", counts={"signed": len(signed), "published": out}, differences=tuple(found))


def _root(tree: Tree, size: int) -> str:
    return base64.b64encode(tree.root(size)).decode()


# ---- facts -----------------------------------------------------------------------------------------------------------------


def _journal(books: Books) -> Check:
    """Every journal is numbered from 1 without a gap."""
    numbers: dict[str, list[int]] = defaultdict(list)
    for row in books.rx.execute(select(journal.c.case_id, journal.c.number)):
        numbers[row.case_id].append(row.number)
    counts = {"journals": len(numbers), "facts": sum(map(len, numbers.values()))}
    return Check(name="journal", counts=counts, differences=tuple(gaps("journal_gap", numbers, 1)))


def _facts(books: Books) -> Check:
    """Each journal entry has one leaf, which is bound to all of it; and no leaf of a fact stands without its entry."""
    entries = {f"{row['case_id']} {row['number']}": row for row in _rows(books.rx, journal)}
    logged = {f"{leaf['stream']} {leaf['ref']}": leaf for leaf in books.of(Kind.FACT)}
    found = missing("fact_without_leaf", entries, logged) + missing("leaf_without_fact", logged, entries)
    both = sorted(entries.keys() & logged.keys())
    found += [Difference(code="fact_not_as_logged", about=key) for key in both if not books.bound(logged[key], _fact(entries[key]))]
    return Check(name="facts", counts={"facts": len(entries), "leaves": len(logged)}, differences=tuple(found))


def _fact(row: Row) -> Leaf:
    return log.of_fact(entry_of(row), row["recorded_at"])


# ---- what came in ----------------------------------------------------------------------------------------------------------


def _events(books: Books) -> Check:
    """Accepted = applied + parked + superseded + refused + waiting + put away; a partner's has a leaf, and a receipt never lacks one."""
    rows, lost = _rows(books.rx, inbox), _rows(books.rx, strays)
    signed = {row["id"]: row for row in [*rows, *lost] if row["key_id"] is not None}
    logged = {leaf["ref"]: leaf for leaf in books.of(Kind.EVENT)}  # one that waited for its case has two: the later one counts
    found = missing("event_without_leaf", signed, logged) + missing("leaf_without_event", logged, (row["id"] for row in [*rows, *lost]))
    found += [
        Difference(code="event_not_as_logged", about=key)
        for key in sorted(signed.keys() & logged.keys())
        if not books.bound(logged[key], log.of_event(signed[key], logged[key]["stream"]))
    ]
    found += missing("receipt_without_leaf", (row["id"] for row in [*rows, *lost] if row["receipt"] is not None), logged)
    states = Counter(row["state"] for row in [*rows, *lost])
    counts = {"accepted": len(rows) + len(lost), **dict(sorted(states.items())), "of_partners": len(signed), "leaves": len(logged)}
    return Check(name="events", counts=counts, differences=(*found, *_taken(books, rows)))


def _taken(books: Books, rows: Iterable[Row]) -> Iterable[Difference]:
    """What a case did with a message stands in its journal, and the journal sets nothing aside that never came."""
    of = select(journal.c.case_id, journal.c.step, journal.c.kind, journal.c.body)
    entries = books.rx.execute(of).all()
    steps = {(entry.case_id, entry.step) for entry in entries}
    fates = {(entry.body["message"], entry.body["fate"]) for entry in entries if entry.kind == "message_set_aside"}
    known = {row["id"] for row in rows}
    for row in rows:
        if row["state"] == "applied" and (row["case_id"], row["closed_by_step"]) not in steps:
            yield Difference(code="applied_without_facts", about=row["id"])
        if row["state"] == "parked" and (row["id"], "parked") not in fates:
            yield Difference(code="aside_without_fact", about=row["id"])
    yield from missing("fact_without_event", (message for message, _ in fates), known)


# ---- what went out ---------------------------------------------------------------------------------------------------------


def _effects(books: Books) -> Check:
    """Letters written = letters to send = letters sent, given up or waiting; what left or was given up has a leaf, and so has every ask."""
    parcels, told, asks = _rows(books.rx, outbox), _rows(books.rx, deliveries), _rows(books.rx, partner_asks)
    last = {leaf["ref"].rpartition("/")[0]: leaf for leaf in books.of(Kind.EFFECT)}  # each ref ends with its moment
    done = {row["id"]: row for row in parcels if row["kind"] == "letter" and row["state"] != "pending"}
    over = [row["id"] for row in told if row["state"] in ("sent", "dead")]
    answered = [row["key"] for row in asks if row["arrived"] != "maybe"]
    found = missing("parcel_without_leaf", done, last) + missing("delivery_without_leaf", over, last)
    found += missing("ask_without_leaf", answered, last)
    found += [
        Difference(code="parcel_not_as_logged", about=id_)
        for id_ in sorted(done.keys() & last.keys())
        if not _as_sent(books, last[id_], done[id_])
    ]
    known = [*(row["id"] for row in parcels), *(row["id"] for row in told), *(row["key"] for row in asks)]
    found += missing("leaf_without_effect", last, known) + _written(books, parcels, {row["key"] for row in asks})
    return Check(name="effects", counts=_counted(parcels, told, asks, len(books.of(Kind.EFFECT))), differences=tuple(found))


def _as_sent(books: Books, leaf: Row, row: Row) -> bool:
    at = datetime.fromisoformat(leaf["ref"].rpartition("/")[2])
    said = {"parcel": row["id"], "type": row["type"], "number": row["number"], "state": row["state"], "error": row["error"]}
    return books.bound(leaf, log.about(Kind.EFFECT, leaf["stream"], leaf["ref"], at, **said))


def _written(books: Books, parcels: Iterable[Row], asks: set[str]) -> list[Difference]:
    """Each letter of a journal is one parcel, each request one ask on record, each parcel of a case hangs on an entry.

    An erased person's letters are gone, their parcels are there still.
    """
    entries = books.rx.execute(select(journal.c.case_id, journal.c.number, journal.c.kind, journal.c.body)).all()
    numbers = {f"{entry.case_id} {entry.number}" for entry in entries}
    facts = {entry.body["letter"] for entry in entries if entry.kind == "letter_written"}
    posted = {row["body"]["letter"] for row in parcels if row["kind"] == "letter" and "letter" in row["body"]}
    known = set(books.rx.execute(select(letters.c.letter)).scalars())
    put = {entry.body["ask"] for entry in entries if entry.kind in PUT and entry.body.get("channel", "http") == "http"}
    found = missing("request_without_ask", put, asks)
    found += missing("letter_without_parcel", facts | known, posted) + missing("parcel_without_letter", posted, facts)
    return found + missing("parcel_without_fact", (f"{row['case_id']} {row['number']}" for row in parcels if row["case_id"]), numbers)


def _counted(parcels: Iterable[Row], told: Iterable[Row], asks: Iterable[Row], logged: int) -> dict[str, int]:
    mail = Counter(f"letters_{row['state']}" for row in parcels if row["kind"] == "letter")
    events = Counter(f"events_{row['state']}" for row in parcels if row["kind"] == "event")
    ways = Counter(f"deliveries_{row['state']}" for row in told)
    put = Counter(f"asks_arrived_{row['arrived']}" for row in asks)
    return {**dict(sorted((mail | events | ways | put).items())), "leaves": logged}


# ---- what was decided outside the cases ------------------------------------------------------------------------------------


def _decisions(books: Books) -> Check:
    """Every step of a policy, an overlay, a calendar, a decision about an event has its leaf, and no such leaf stands for nothing."""
    wanted = set(_decided(books.rx))
    logged = {f"{leaf['stream']} {leaf['ref']}" for leaf in books.of(Kind.DECISION)}
    ours = {each for each in logged if each.startswith(("policy/", "overlay/", "calendar/", "event/", "delivery/", "privacy "))}
    wanted |= set(_delivered(books.rx, logged))
    found = missing("decision_without_leaf", wanted, logged) + missing("leaf_without_decision", ours, wanted)
    return Check(name="decisions", counts={"decisions": len(wanted), "leaves": len(logged)}, differences=tuple(found))


def _decided(rx: Connection) -> Iterable[str]:
    for row in _rows(rx, policies):
        yield f"policy/{row['name']} {row['version']}/proposed"
        if row["approved_by"] not in (None, row["proposed_by"]):  # the same stands on both sides of one that came with the software
            yield f"policy/{row['name']} {row['version']}/published"
    for row in _rows(rx, overlays):
        stands = (("proposed", row["proposed_at"]), ("approved", row["approved_at"]), ("lifted", row["lifted_at"]))
        yield from (f"overlay/{row['overlay']} {what}" for what, at in stands if at is not None)
    for row in _rows(rx, calendars):
        yield f"calendar/{row['id']} {row['version']}"
    for row in _rows(rx, signal_decisions):
        if row["kind"] != "discard":  # two persons: what one proposed is a leaf of its own
            yield f"event/{row['event']} {row['decision']}/proposed"
        if row["state"] != "proposed":
            yield f"event/{row['event']} {row['decision']}/{row['state']}"
    yield from _private(rx)


def _delivered(rx: Connection, logged: Iterable[str]) -> Iterable[str]:
    """What operators did to deliveries. An installation that is older than these leaves has acts from before the first of them."""
    first = min((int(each.rpartition("/")[2]) for each in logged if each.startswith("delivery/")), default=None)
    for row in _rows(rx, delivery_acts) if first is not None else ():
        if row["seq"] >= first:
            yield f"delivery/{row['partner']} {row['act']}/{row['seq']}"


def _private(rx: Connection) -> Iterable[str]:
    for row in _rows(rx, erasures):
        yield f"privacy erasure/{row['erasure']}/proposed"
        if row["withdrawn_by"] is not None:
            yield f"privacy erasure/{row['erasure']}/withdrawn"
    yield from (f"privacy {row['act']}/{row['id']}" for row in _rows(rx, privacy_acts))
    for row in _rows(rx, holds):
        stands = (("placed", row["placed_by"]), ("lift_proposed", row["lift_proposed_by"]), ("lifted", row["lifted_by"]))
        yield from (f"privacy hold/{row['hold']}/{what}" for what, who in stands if who is not None)


def _rows(rx: Connection, table: Table, order: Any = None) -> list[Row]:
    query = select(table)
    found = rx.execute(query if order is None else query.order_by(order))
    return [dict(row) for row in found.mappings()]
