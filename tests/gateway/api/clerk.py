"""The story's part of an act, in this process: the same checks with the pen in hand, the same one write path."""

import asyncio

from domain import acts
from domain.calendars import Calendar
from domain.hire import fold
from domain.messages import ActRequest, Receipt, Step
from domain.moment import Moment
from store.database import Database
from store.records import Records
from tests.store.making import NOON, published


class Clerk:
    """What acting reaches. `asked` counts how often it was spoken to."""

    def __init__(self, db: Database) -> None:
        self._records, self._pen, self.asked = Records(db), asyncio.Lock(), 0

    async def ask(self, case: str, request: ActRequest) -> Receipt:
        self.asked += 1
        await asyncio.sleep(0.01)  # long enough for whoever asks at the same time
        async with self._pen:
            state = fold(await self._records.journal(case))
            if not request.known(state.seen_steps):
                request.still(state.number)
                actor = f"person:{request.person}"
                m = Moment(NOON, actor, published(), Calendar(id="hq", version="1", zone="Europe/Brussels"))
                facts = tuple(acts.do(state, request, m))
                await self._records.append(Step(case=case, after=state.number, step=request.step, at=NOON, actor=actor, facts=facts))
            state = fold(await self._records.journal(case))
        return Receipt(case=case, number=state.number, stage=str(state.stage))
