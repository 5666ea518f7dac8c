"""The signal desk: events that wait or had no effect, and what people decide about them.

Discarding takes one person; replaying and giving an event to another case take two, and the second is never the first. What the case then
does with the event is the case's own journal: this desk only puts it there again.
"""

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from domain.deeds import check_deed
from domain.errors import BadInput, NotAllowed, NotFound, NotNow
from domain.signals import Kind, remedy
from store import strays
from store.clock import DoorClock
from store.database import Database
from store.inbox import SUBMITTED, Inbox
from store.people import People
from store.queries import Queries
from store.signals import Decision, Decisions, Signals

Row = dict[str, Any]
list_ = list  # the desk has a question of this name
Act = Callable[[str, str, str, dict[str, Any], str], Awaitable[Any]]

CONTRADICTED = "contradicted"


@dataclass(frozen=True)
class Signal:
    """One event as the desk shows it: `event` is our id of it, `partner` and `sent_as` are the sender's."""

    event: str
    partner: str
    sent_as: str
    type: str
    case: str
    received_at: datetime
    state: str
    reason: str
    remedy: str
    acts: tuple[Kind, ...]
    proposed: str = ""
    proposed_by: str = ""


class SignalDesk:
    def __init__(self, db: Database, inbox: Inbox, people: People, queries: Queries, clock: DoorClock, act: Act) -> None:
        self._inbox, self._people, self._queries, self._clock, self._act = inbox, people, queries, clock, act
        self._signals, self._decisions = Signals(db), Decisions(db)

    async def list(self, state: str | None = None, partner: str | None = None, vacancy: str | None = None) -> list_[Signal]:
        """What waits for its case, its moment or a person, the oldest first; `state` shows one alone, also superseded or applied."""
        rows = [] if state == CONTRADICTED else await self._signals.list(state, partner, vacancy)
        if state in (None, CONTRADICTED):
            rows += await self._contradicted(partner, vacancy)
        open_ = await self._decisions.open()
        return [_signal(row, open_.get(row["event"])) for row in sorted(rows, key=lambda row: (row["received_at"], row["event"]))]

    async def _contradicted(self, partner: str | None, vacancy: str | None) -> list_[Row]:
        """The newest reply to each condition whose answers do not agree: applied, and for a person to settle."""
        found = []
        for hire in await self._queries.hires(vacancy=vacancy, needs="settle_reply"):
            slots = {need.partition(":")[2] for need in hire["needs"] if need.startswith("settle_reply:")}
            for name in sorted({slot.partition(".")[0] for slot in slots}):
                row = await self._signals.newest(hire["case_id"], f"{name}.replied")
                if row is not None and partner in (None, row["partner"]):
                    found.append(row | {"state": CONTRADICTED, "reason": f"settle_reply:{name}"})
        return found

    async def get(self, event: str) -> Signal:
        """Raises NotFound."""
        row = await self._signals.get(event)
        return _signal(row, (await self._decisions.open()).get(event))

    async def proposal(self, decision: str) -> Decision:
        """What was proposed about an event. Raises NotFound."""
        return await self._decisions.get(decision)

    async def discard(self, person: str, event: str, reason: str) -> Signal:
        """Put an event away: it will have no effect. Raises NotFound, NotAllowed, NotNow when it does not wait."""
        await self._may(person, "discard_event")
        signal, now = await self.get(event), await self._clock.now()
        if signal.proposed:
            raise NotNow("something is proposed about this event; decide that first", code="proposed_already")
        if signal.state == "superseded" and signal.reason == f"discarded.{reason}" and not await self._decisions.discarded(event):
            # the case has put it away, and the first try ended before that was written down here
            await self._decisions.done(_decision(event, "discard", None, reason, person, now), person, now, None)
            return signal
        signal = await self._with(event, "discard")
        decision = _decision(event, "discard", None, reason, person, now)
        if signal.state == "unrouted":
            await self._decisions.done(decision, person, now, None, lambda tx: _put_away(tx, event, now))
        else:
            await self._act(person, signal.case, "discard_message", {"message": event, "reason": reason}, decision.decision)
            await self._decisions.done(decision, person, now, None)
        return await self.get(event)

    async def propose(self, person: str, event: str, kind: Kind, reason: str, to: str | None = None) -> Decision:
        """Propose to put an event to its case once more, or to another case. Raises NotFound, NotAllowed, NotNow, BadInput, Conflict."""
        await self._may(person, "propose_event")
        signal = await self._with(event, kind)
        if (kind == "reroute") != bool(to):
            raise BadInput("a new route names its case; a replay goes to the event's own", code="bad_arguments", field="to")
        if to is not None:
            await self._fits(signal, to)
        decision = _decision(event, kind, to, reason, person, await self._clock.now())
        await self._decisions.propose(decision)
        return decision

    async def decide(self, person: str, decision: str, *, approve: bool = True) -> Decision:
        """Approve or reject what another person proposed. Raises NotFound, NotAllowed (the same person), NotNow, Conflict."""
        await self._may(person, "decide_event")
        asked = await self._decisions.get(decision)
        if asked.state != "proposed":
            if asked.decided_by == person and (asked.state == "done") == approve:
                return asked  # said twice
            raise NotNow("this is decided already", code="decided_already")
        if asked.proposed_by == person:
            raise NotAllowed("a second person decides about a proposal", code="four_eyes")
        now = await self._clock.now()
        if not approve:
            await self._decisions.reject(asked, person, now)
        else:
            await self._carry_out(asked, person, now)
        return await self._decisions.get(decision)

    async def _carry_out(self, asked: Decision, person: str, now: datetime) -> None:
        signal = await self._with(asked.event, asked.kind)
        if signal.state == "unrouted":
            assert asked.to_case is not None
            await self._inbox.reroute(asked.event, asked.to_case, lambda tx: self._decisions.close(tx, asked, person, now, asked.event))
            return
        if signal.state == "parked":  # first, so that what waits there can never act beside what takes its place
            words = {"message": asked.event, "reason": asked.kind}
            await self._act(person, signal.case, "discard_message", words, f"{asked.decision}-away")
        new = asked.decision  # the new event has the decision's id: carried out twice it is still one
        await self._inbox.again(asked.event, new, asked.to_case, now, lambda tx: self._decisions.close(tx, asked, person, now, new))

    async def _with(self, event: str, kind: Kind) -> Signal:
        signal = await self.get(event)
        if kind not in signal.acts:
            can = ", ".join(signal.acts) or "nothing here"
            raise NotNow(f"this event is {signal.state}; what can be done: {can}", code="not_for_this_event", allowed=list(signal.acts))
        return signal

    async def _fits(self, signal: Signal, to: str) -> None:
        """An event about a hire goes to a hire, one about a vacancy to a vacancy, and an application nowhere else."""
        if signal.type == SUBMITTED or signal.case.partition("/")[0] != to.partition("/")[0] or to == signal.case:
            raise BadInput(f"an event of {signal.case} can go to another {signal.case.partition('/')[0]}", code="wrong_subject", field="to")
        if not await self._signals.known(to):
            raise NotFound(f"there is no case {to}", code="unknown_case", case=to)

    async def _may(self, person: str, deed: str) -> None:
        check_deed(deed, (await self._people.staff(person)).roles)


def _put_away(tx: Connection, event: str, now: datetime) -> None:
    if not strays.discard(tx, event, now):
        raise NotNow("somebody else decided about this event meanwhile", code="decided_already")


def _decision(event: str, kind: Kind, to: str | None, reason: str, person: str, now: datetime) -> Decision:
    return Decision(decision=secrets.token_hex(12), event=event, kind=kind, to_case=to, reason=reason, proposed_by=person, proposed_at=now)


def _signal(row: Row, open_: Decision | None) -> Signal:
    found = remedy(row["state"], row["reason"], application=row["type"] == SUBMITTED)
    names = ("event", "partner", "sent_as", "type", "case", "received_at", "state", "reason")
    same = {name: row[name] for name in names}
    proposed, by = (open_.decision, open_.proposed_by) if open_ else ("", "")
    return Signal(**same, remedy=found.code, acts=found.acts, proposed=proposed, proposed_by=by)
