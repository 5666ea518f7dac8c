"""Retention on the store: what is kept of each person by category, and the deletion of what is due, in one transaction."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection, Table, delete, func, insert, select

from domain.erasure import Hold
from domain.hire import IN_REVIEW
from domain.log.leaf import Kind
from domain.retention import PIECES, WHOLE, Category, Item, Kept, Schedule, Stray, judge, judge_strays
from domain.sealing import Compartment
from domain.words import Ending
from store import keys, log
from store.columns import utc
from store.database import Database
from store.erasure import sweep
from store.names import new_id
from store.strays import discard
from store.tables import (
    applications,
    balance_declarations,
    cases,
    data_keys,
    hires,
    holds,
    inbox,
    journal,
    leaf_contents,
    leaves,
    letters,
    log_keys,
    notes,
    outbox,
    payloads,
    people,
    people_words,
    privacy_acts,
    reads,
    signal_decisions,
    strays,
)

Report = dict[str, Any]
Made = Callable[[str, Sequence[Item], Mapping[str, int]], Report]
#: Partners' messages by whose they are; every other type is `inbound_payloads`.
OF_TYPE = {"clearance": Category.CLEARANCE, "medical": Category.MEDICAL, "verification": Category.VERIFICATION}
#: What says when a case was over: its ending, or what closed the review of it.
OVER = ("ending_reached", "review_decided", "review_window_passed")
LISTED = ("reserve_listed", "reserve_extended")


class Retention:
    def __init__(self, db: Database) -> None:
        self._db = db

    async def foresee(self, schedule: Schedule, at: datetime) -> list[Item]:
        """How everything kept stands under the schedule; nothing is written."""
        return await self._db.read(lambda rx: _judged(rx, schedule, at))

    async def carry_out(self, schedule: Schedule, person: str, at: datetime, made: Made) -> Report:
        """Delete what is due now, all of it or nothing; `made` makes the report that is kept, from the run's id, the items and the counts.

        What stands against it is judged in the same transaction: a hold placed a moment ago counts.
        """
        run = new_id()

        def work(tx: Connection) -> Report:
            items = _judged(tx, schedule, at)
            report = made(run, items, _deleted(tx, schedule, [item for item in items if item.state == "due"], at))
            row = {"id": run, "act": "retention", "subject": None, "reason": schedule.version, "person": person}
            tx.execute(insert(privacy_acts), [row | {"at": utc(at), "body": report}])
            log.add(tx, log.about(Kind.DECISION, "privacy", f"retention/{run}", at, **row, body=report))
            return report

        report = await self._db.write(work)
        await sweep(self._db, [])
        return report


def _judged(rx: Connection, schedule: Schedule, at: datetime) -> list[Item]:
    kept, held = _kept(rx), _holds(rx)
    for of in kept.values():
        for case in of:
            held[case.case] += held.get(f"vacancy/{case.vacancy}", [])
    found = [item for of in kept.values() for item in judge(schedule, of, held, at.date())]
    return found + judge_strays(schedule, _strays(rx), held, at.date())


def _strays(rx: Connection) -> list[Stray]:
    """Events that found no case, the oldest first; what is proposed about one is decided before it may go."""
    open_ = set(rx.execute(select(signal_decisions.c.event).where(signal_decisions.c.state == "proposed")).scalars())
    query = select(strays).where(strays.c.state == "unrouted").order_by(strays.c.received_at, strays.c.id)
    return [Stray(row.id, row.subject, utc(row.received_at).date(), row.id in open_) for row in rx.execute(query)]


def _holds(rx: Connection) -> dict[str, list[Hold]]:
    found: dict[str, list[Hold]] = defaultdict(list)
    for row in rx.execute(select(holds).where(holds.c.lifted_at.is_(None)).order_by(holds.c.hold)):
        named = f"vacancy/{row.subject}" if row.kind == "vacancy" else row.subject
        found[named].append(Hold(row.hold, row.reason, row.until))
    return found


def _kept(rx: Connection) -> dict[str, list[Kept]]:
    """Every hire of everybody of whom there still is anything, by person."""
    mine = select(cases.c.case_id, cases.c.candidate, cases.c.vacancy, hires.c.ending, hires.c.review, hires.c.needs)
    mine = mine.outerjoin(hires, hires.c.case_id == cases.c.case_id).where(cases.c.kind == "hire", cases.c.candidate.is_not(None))
    over, listed = _last(rx, OVER), _listed(rx)
    sent = select(outbox.c.case_id, func.count()).where(outbox.c.kind == "letter", outbox.c.sent_at.is_(None))
    unsent = _counted(rx, sent.group_by(outbox.c.case_id))
    written = _counted(rx, select(applications.c.case_id, func.count()).group_by(applications.c.case_id))
    parts, looks = _parts(rx), _counted(rx, select(reads.c.stream, func.count()).group_by(reads.c.stream))
    found: dict[str, list[Kept]] = defaultdict(list)
    for row in rx.execute(mine.order_by(cases.c.candidate, cases.c.case_id)):
        closed = row.ending is not None and row.review not in IN_REVIEW and not row.needs
        found[row.candidate].append(
            Kept(
                case=row.case_id,
                candidate=row.candidate,
                vacancy=row.vacancy,
                ending=Ending(row.ending) if row.ending else None,
                over=over.get(row.case_id) if closed else None,
                listed_until=listed.get(row.case_id),
                unsent=unsent.get(row.case_id, 0),
                applications=written.get(row.case_id, 0),
                rows=parts.get(row.case_id, {}),
                looks=looks.get(row.case_id, 0),
            )
        )
    _declared(rx, found)
    named = set(rx.execute(select(people.c.candidate)).scalars())
    return {who: of for who, of in found.items() if who in named or any(c.applications or c.rows for c in of)}


def _declared(rx: Connection, found: dict[str, list[Kept]]) -> None:
    """What somebody declared is about no single case: it counts with an open one of theirs, else with the one that was over last."""
    for candidate in rx.execute(select(balance_declarations.c.candidate)).scalars():
        if of := found.get(candidate):
            n = max(range(len(of)), key=lambda i: (of[i].over is None, of[i].over or date.min))
            of[n] = replace(of[n], rows={**of[n].rows, Category.BALANCE: 1})


def _last(rx: Connection, kinds: Sequence[str]) -> dict[str, Any]:
    query = select(journal.c.case_id, journal.c.at).where(journal.c.kind.in_(kinds)).order_by(journal.c.case_id, journal.c.number)
    return {row.case_id: row.at.astimezone(UTC).date() for row in rx.execute(query)}


def _listed(rx: Connection) -> dict[str, Any]:
    query = select(journal.c.case_id, journal.c.body).where(journal.c.kind.in_(LISTED)).order_by(journal.c.case_id, journal.c.number)
    return {row.case_id: datetime.fromisoformat(row.body["until"]).astimezone(UTC).date() for row in rx.execute(query)}


def _counted(rx: Connection, query: Any) -> dict[str, int]:
    return {row[0]: row[1] for row in rx.execute(query)}


def _parts(rx: Connection) -> dict[str, dict[Category, int]]:
    found: dict[str, dict[Category, int]] = defaultdict(dict)
    for case, count in rx.execute(select(letters.c.case_id, func.count()).group_by(letters.c.case_id)):
        found[case][Category.LETTERS] = count
    there = select(inbox.c.case_id, inbox.c.type, func.count()).join(payloads, payloads.c.ref == inbox.c.payload)
    for case, type_, count in rx.execute(there.group_by(inbox.c.case_id, inbox.c.type)):
        of = found[case]
        category = _category(type_)
        of[category] = of.get(category, 0) + count
    return found


def _category(type_: str) -> Category:
    return OF_TYPE.get(type_.partition(".")[0], Category.INBOUND)


def _deleted(tx: Connection, schedule: Schedule, due: Sequence[Item], at: datetime) -> dict[str, int]:
    """Delete what these items are about; how many rows went, by category."""
    gone: dict[str, int] = defaultdict(int)
    for item in due:
        if item.category is Category.UNROUTED:
            gone[item.category] += discard(tx, item.case.removeprefix("event/"), at, "retention")
        if item.category is Category.LETTERS or item.category in WHOLE:
            gone[item.category] += _gone(tx, letters, letters.c.case_id == item.case)
        if item.category in PIECES or item.category in WHOLE:
            gone[item.category] += _messages(tx, item)
        if item.category in WHOLE:
            gone[item.category] += _gone(tx, applications, applications.c.case_id == item.case)
            gone[item.category] += _gone(tx, notes, notes.c.case_id == item.case)
            if schedule.categories[item.category].action == "erase":
                _gone(tx, leaf_contents, leaf_contents.c.position.in_(select(leaves.c.position).where(leaves.c.stream == item.case)))
                _gone(tx, log_keys, log_keys.c.stream == item.case)
                keys.erase(tx, [item.case], utc(at))
        if item.category in (Category.BALANCE, Category.IDENTITY):
            gone[item.category] += _gone(tx, balance_declarations, balance_declarations.c.candidate == item.candidate)
            _gone(tx, data_keys, data_keys.c.subject == item.candidate, data_keys.c.compartment == str(Compartment.BALANCE))
        if item.category is Category.IDENTITY:
            gone[item.category] += _gone(tx, people, people.c.candidate == item.candidate)
            _gone(tx, people_words, people_words.c.candidate == item.candidate)
            keys.erase(tx, [item.candidate], utc(at))
    return dict(gone)


def _messages(tx: Connection, item: Item) -> int:
    """The bytes of partners' messages in this category; of a whole case, of all that is left of it."""
    mine = select(inbox.c.payload, inbox.c.type).where(inbox.c.case_id == item.case, inbox.c.payload.is_not(None))
    refs = [row.payload for row in tx.execute(mine) if item.category in WHOLE or _category(row.type) is item.category]
    return _gone(tx, payloads, payloads.c.ref.in_(refs)) if refs else 0


def _gone(tx: Connection, table: Table, *where: Any) -> int:
    return tx.execute(delete(table).where(*where)).rowcount
