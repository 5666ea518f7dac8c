"""The diary of a selection board: which moment at which place is kept for whom, changed in the transaction that writes the fact.

A moment at a place is one hire's at a time; a second step that wants it is refused whole: nobody is offered what another may choose.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from domain import facts as f
from domain.errors import Conflict
from store.tables import interview_slots as diary


def enter_facts(tx: Connection, vacancy: str, hire: str, facts: Iterable[f.AnyFact]) -> None:
    """Bring the diary to where the facts of a hire say. Raises Conflict for a moment that is another one's."""
    for fact in facts:
        match fact:
            case f.InterviewSlotsOffered(slots=slots, place=place):
                _keep(tx, vacancy, hire, slots, place)
            case f.InterviewScheduled(starts_at=starts_at, place=place):
                _keep(tx, vacancy, hire, (starts_at,), place)
            case f.EndingReached():
                _clear(tx, hire)
            case _:
                pass


def _keep(tx: Connection, vacancy: str, hire: str, moments: Iterable[datetime], place: str) -> None:
    _clear(tx, hire)
    wanted = list(moments)
    there = (diary.c.vacancy == vacancy, diary.c.place == place, diary.c.starts_at.in_(wanted))
    taken = tx.execute(select(diary.c.starts_at).where(*there)).scalars().all()
    if taken:
        when = ", ".join(moment.isoformat() for moment in sorted(taken))
        raise Conflict(f"kept for another candidate of vacancy {vacancy}: {when}", code="slot_taken", slots=when)
    tx.execute(insert(diary), [{"vacancy": vacancy, "starts_at": moment, "place": place, "hire": hire} for moment in wanted])


def _clear(tx: Connection, hire: str) -> None:
    tx.execute(delete(diary).where(diary.c.hire == hire))
