"""The log read in its order, each leaf beside what it is about, wherever that stands."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Table, and_, or_, select

from domain.editions import SHIPPED
from domain.log.leaf import Kind
from domain.log.trail import OF_TWO, Trace, Wanted, facts_outside, policy, second
from store.database import Database
from store.tables import (
    calendars,
    cases,
    deliveries,
    delivery_acts,
    erasures,
    holds,
    inbox,
    journal,
    key_destructions,
    leaves,
    log_size,
    notes,
    outbox,
    overlays,
    policies,
    privacy_acts,
    reads,
    signal_decisions,
    strays,
    tokens,
    vacancies,
)

Row = dict[str, Any]
#: So many leaves are read at a time; at most so many ids in one statement as both engines take.
PIECE, IDS = 2000, 500
#: How much of the log one look goes through where few of its leaves are what is looked for.
WINDOW = 40_000


@dataclass(frozen=True)
class Looked:
    """What one look found, and the position beyond which the next one goes on; None where the log ends."""

    traces: list[Trace]
    beyond: int | None


class Trail:
    def __init__(self, db: Database, window: int = WINDOW) -> None:
        self._db, self._window = db, window

    async def page(self, wanted: Wanted, after: int = -1, limit: int | None = 50) -> list[Trace]:
        """Up to `limit` traces (None: all) beyond position `after`, in the order of the log."""
        found: list[Trace] = []
        beyond: int | None = after
        while beyond is not None and (limit is None or len(found) < limit):
            looked = await self.look(wanted, beyond)
            found, beyond = found + looked.traces, looked.beyond
        return found if limit is None else found[:limit]

    async def look(self, wanted: Wanted, after: int = -1) -> Looked:
        """What is wanted in the next stretch of the log beyond position `after`: a bounded piece of work, however long the log is."""
        return await self._db.read(lambda rx: _look(rx, wanted, after, self._window))

    async def of_candidate(self, candidate: str) -> frozenset[str]:
        """The cases of a candidate."""
        query = select(cases.c.case_id).where(cases.c.candidate == candidate)
        return await self._db.read(lambda rx: frozenset(rx.execute(query).scalars()))

    async def of_vacancy(self, reference: str) -> frozenset[str]:
        """The cases of a vacancy, its own among them."""
        query = select(cases.c.case_id).where(cases.c.vacancy == reference)
        return await self._db.read(lambda rx: frozenset(rx.execute(query).scalars())) | {f"vacancy/{reference}"}

    async def under_policy(self, name: str, version: str = "") -> frozenset[str]:
        """The cases of the vacancies that froze this policy, and the policy's own stream."""
        kept = await self._db.read(lambda rx: rx.execute(select(vacancies.c.reference, vacancies.c.rules)).all())
        frozen = [row.reference for row in kept if row.rules["name"] == name and version in ("", row.rules["version"])]
        found = [await self.of_vacancy(reference) for reference in frozen]
        return frozenset({f"policy/{name}"}.union(*found))


def _look(rx: Connection, wanted: Wanted, after: int, window: int) -> Looked:
    query = select(leaves).where(leaves.c.position > after)
    end: int | None = None
    if wanted.streams is not None:
        query = query.where(leaves.c.stream.in_(sorted(wanted.streams)))
    else:
        size = rx.execute(select(log_size.c.size)).scalar_one_or_none() or 0
        query = query.where(leaves.c.position <= after + window)
        end = after + window if after + window < size - 1 else None
    if wanted.leaf:
        query = query.where(leaves.c.kind == wanted.leaf)
    if narrow := _narrow(wanted):
        same = (journal.c.case_id == leaves.c.case_id) & (journal.c.number == leaves.c.number)
        query = query.outerjoin(journal, same).where(or_(leaves.c.kind.not_in(_passed_over(wanted)), and_(*narrow)))
    rows = [dict(row) for row in rx.execute(query.order_by(leaves.c.position).limit(PIECE)).mappings()]
    about = {kind: tell(rx, [row for row in rows if row["kind"] == kind]) for kind, tell in TELL.items()}
    traces = [_trace(row, about.get(row["kind"], {}).get(row["position"], {})) for row in rows]
    return Looked([trace for trace in traces if wanted.has(trace)], rows[-1]["position"] if len(rows) == PIECE else end)


def _narrow(wanted: Wanted) -> list[ColumnElement[bool]]:
    """What a fact must be for `wanted.has` to be able to say yes: most of the log are facts, and the engine passes over them faster."""
    conditions: list[ColumnElement[bool]] = []
    if wanted.actor:
        theirs = (journal.c.actor == wanted.actor) | journal.c.actor.endswith(f":{wanted.actor}", autoescape=True)
        conditions.append(theirs | journal.c.kind.in_(sorted(OF_TWO)))
    if wanted.what:
        conditions.append(journal.c.kind.in_(sorted(wanted.what)))
    if wanted.interventions:
        conditions.append(journal.c.kind.in_(sorted(facts_outside())))
    conditions += [journal.c.at >= wanted.since] if wanted.since else []
    conditions += [journal.c.at < wanted.until] if wanted.until else []
    return conditions


def _passed_over(wanted: Wanted) -> list[str]:
    """The kinds of leaf that are looked at only where they fit: facts, and all that nobody but Muster itself did."""
    if wanted.interventions:
        return [kind for kind in Kind if kind not in (Kind.DECISION, Kind.KEY)]
    return [Kind.FACT, *((Kind.EFFECT, Kind.HISTORY, Kind.EPOCH) if wanted.actor not in ("", "muster") else ())]


def _trace(row: Row, about: Row) -> Trace:
    at = datetime.fromisoformat(json.loads(row["body"])["at"])
    known: Row = {"at": at, "recorded_at": at} | about
    return Trace(position=row["position"], leaf=row["kind"], stream=row["stream"], ref=row["ref"], **known)


# ---- what each kind of leaf is about ---------------------------------------------------------------------------------------


def _facts(rx: Connection, rows: Sequence[Row]) -> dict[int, Row]:
    wanted = (journal.c.at, journal.c.recorded_at, journal.c.actor, journal.c.kind, journal.c.body, leaves.c.position)
    joined = select(*wanted).join(leaves, (leaves.c.case_id == journal.c.case_id) & (leaves.c.number == journal.c.number))
    found: dict[int, Row] = {}
    for some in _some([row["position"] for row in rows]):
        for row in rx.execute(joined.where(leaves.c.position.in_(some))):
            said = {"second": second(row.kind, row.body), "reason": str(row.body.get("reason") or ""), "policy": policy(row.body)}
            found[row.position] = {"at": row.at, "recorded_at": row.recorded_at, "actor": row.actor, "what": row.kind, **said}
    return found


def _events(rx: Connection, rows: Sequence[Row]) -> dict[int, Row]:
    ids = [row["ref"] for row in rows]
    known = _by_id(rx, inbox, inbox.c.id, ids) | _by_id(rx, strays, strays.c.id, ids)
    return {row["position"]: _event(known[row["ref"]]) for row in rows if row["ref"] in known}


def _event(row: Row) -> Row:
    actor = f"partner:{row['source']}" if row["key_id"] is not None else row["source"]
    return {"at": row["received_at"], "actor": actor, "what": row["type"], "reason": row["reason"]}


def _reads(rx: Connection, rows: Sequence[Row]) -> dict[int, Row]:
    known = _by_id(rx, reads, reads.c.id, [row["ref"] for row in rows])
    told = {ref: {"actor": row["reader"], "what": "read", "reason": row["purpose"]} for ref, row in known.items()}
    return {row["position"]: told[row["ref"]] for row in rows if row["ref"] in told}


def _notes(rx: Connection, rows: Sequence[Row]) -> dict[int, Row]:
    """Who wrote a note; once its person is erased, nobody knows."""
    known = _by_id(rx, notes, notes.c.note, [row["ref"] for row in rows])
    return {row["position"]: {"actor": f"person:{known[row['ref']]['person']}", "what": "note"} for row in rows if row["ref"] in known}


def _effects(rx: Connection, rows: Sequence[Row]) -> dict[int, Row]:
    ids = {row["position"]: row["ref"].rpartition("/")[0] for row in rows}
    parcels = _by_id(rx, outbox, outbox.c.id, list(ids.values()))
    told = _by_id(rx, deliveries, deliveries.c.id, list(ids.values()))
    events = _by_id(rx, outbox, outbox.c.id, [row["parcel"] for row in told.values()])
    found: dict[int, Row] = {}
    for position, id_ in ids.items():
        parcel = parcels.get(id_) or (events.get(told[id_]["parcel"]) if id_ in told else None)
        found[position] = {"actor": "muster", "what": parcel["type"] if parcel else "request"}
    return found


def _decisions(rx: Connection, rows: Sequence[Row]) -> dict[int, Row]:
    known = dict(_decided(rx)) if rows else {}
    return {row["position"]: known.get((row["stream"], row["ref"]), {"what": row["ref"].partition("/")[0]}) for row in rows}


def _decided(rx: Connection) -> Iterable[tuple[tuple[str, str], Row]]:
    for row in _all(rx, policies):
        stream, both = f"policy/{row['name']}", {"actor": _person(row["approved_by"]), "second": _person(row["proposed_by"])}
        yield (stream, f"{row['version']}/proposed"), {"actor": _person(row["proposed_by"]), "what": "policy_proposed"}
        yield (stream, f"{row['version']}/published"), both | {"what": "policy_published"}
    for row in _all(rx, overlays):
        stream, why = f"overlay/{row['overlay']}", {"reason": str(row["body"].get("reason", ""))}
        yield (stream, "proposed"), why | {"actor": _person(row["proposed_by"]), "what": "overlay_proposed"}
        yield (
            (stream, "approved"),
            why | {"actor": _person(row["approved_by"]), "second": _person(row["proposed_by"]), "what": "overlay_approved"},
        )
        yield (stream, "lifted"), why | {"actor": _person(row["lifted_by"]), "what": "overlay_lifted"}
    for row in _all(rx, calendars):
        yield (f"calendar/{row['id']}", row["version"]), {"actor": _person(row["published_by"]), "what": "calendar_published"}
    for row in _all(rx, signal_decisions):
        stream, why = f"event/{row['event']}", {"reason": row["reason"], "what": f"event_{row['kind']}"}
        yield (stream, f"{row['decision']}/proposed"), why | {"actor": _person(row["proposed_by"])}
        second_ = _person(row["proposed_by"]) if row["decided_by"] != row["proposed_by"] else ""
        settled = why | {"actor": _person(row["decided_by"]), "second": second_}
        yield (stream, f"{row['decision']}/{row['state']}"), settled
    for row in _all(rx, delivery_acts):
        told = {"actor": _person(row["person"]), "what": f"delivery_{row['act']}"}
        yield (f"delivery/{row['partner']}", f"{row['act']}/{row['seq']}"), told
    yield from _private(rx)


def _private(rx: Connection) -> Iterable[tuple[tuple[str, str], Row]]:
    """What was decided about somebody's data: the reference ends with the id of the erasure, the hold or the act."""
    for row in _all(rx, privacy_acts):
        yield ("privacy", f"{row['act']}/{row['id']}"), {"actor": _person(row["person"]), "what": row["act"], "reason": row["reason"]}
    for row in _all(rx, erasures):
        proposed = {"actor": _person(row["proposed_by"]), "reason": row["reason"], "what": "erasure_proposed"}
        yield ("privacy", f"erasure/{row['erasure']}/proposed"), proposed
        withdrawn = {"actor": _person(row["withdrawn_by"]), "reason": row["reason"], "what": "erasure_withdrawn"}
        yield ("privacy", f"erasure/{row['erasure']}/withdrawn"), withdrawn
    for row in _all(rx, holds):
        why = {"reason": row["reason"]}
        yield ("privacy", f"hold/{row['hold']}/placed"), why | {"actor": _person(row["placed_by"]), "what": "hold_placed"}
        proposed = why | {"actor": _person(row["lift_proposed_by"]), "what": "hold_lift_proposed"}
        yield ("privacy", f"hold/{row['hold']}/lift_proposed"), proposed
        lifted = {"actor": _person(row["lifted_by"]), "second": _person(row["lift_proposed_by"]), "what": "hold_lifted"}
        yield ("privacy", f"hold/{row['hold']}/lifted"), why | lifted


def _keys(rx: Connection, rows: Sequence[Row]) -> dict[int, Row]:
    known: dict[str, Row] = {}
    for row in _all(rx, tokens) if rows else ():
        for act in ("made", "revoked"):
            known[f"token/{row['token']}/{act}"] = {"actor": _person(row["person"]), "what": f"token_{act}"}
    for row in _all(rx, key_destructions) if rows else ():
        both = {"actor": _person(row["approved_by"]), "second": _person(row["proposed_by"])}
        known[row["destruction"]] = both | {"what": "key_destroyed"}
    for row in _all(rx, erasures) if rows else ():
        both = {"actor": _person(row["approved_by"]), "second": _person(row["proposed_by"]), "reason": row["reason"]}
        known[f"erased/{row['erasure']}"] = both | {"what": "erased"}
    return {row["position"]: known.get(row["ref"], {"what": _key_act(row["ref"])}) for row in rows}


def _key_act(ref: str) -> str:
    """`<whose>/<key>/<act>/<moment>`: an act on a key that stands outside the store."""
    parts = ref.split("/")
    return f"key_{parts[-2]}" if len(parts) > 2 else "key"


def _others(rx: Connection, rows: Sequence[Row]) -> dict[int, Row]:
    return {row["position"]: {"actor": "muster", "what": row["kind"]} for row in rows}


TELL: dict[str, Callable[[Connection, Sequence[Row]], dict[int, Row]]] = {
    Kind.FACT: _facts,
    Kind.EVENT: _events,
    Kind.READ: _reads,
    Kind.NOTE: _notes,
    Kind.EFFECT: _effects,
    Kind.DECISION: _decisions,
    Kind.KEY: _keys,
    Kind.HISTORY: _others,
    Kind.EPOCH: _others,
}


def _person(who: str | None) -> str:
    if who in (None, "", SHIPPED):
        return "" if not who else "muster"
    return who if ":" in who else f"person:{who}"


def _by_id(rx: Connection, table: Table, column: Column[str], ids: Sequence[str]) -> dict[str, Row]:
    found: dict[str, Row] = {}
    for some in _some(sorted(set(ids))):
        found |= {row[column.name]: dict(row) for row in rx.execute(select(table).where(column.in_(some))).mappings()}
    return found


def _all(rx: Connection, table: Table) -> list[Row]:
    return [dict(row) for row in rx.execute(select(table)).mappings()]


def _some(ids: Sequence[Any]) -> Iterable[Sequence[Any]]:
    return (ids[n : n + IDS] for n in range(0, len(ids), IDS))
