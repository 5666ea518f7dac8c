"""The judgements a story asks for: verdicts of the day, on record with their reasons, never re-judged on replay."""

from typing import Any, Protocol

from domain.candidate import Application
from domain.facts import Decision
from domain.hire import HireState
from domain.moment import Moment
from domain.policies.eligibility import judge_eligibility


class Applications(Protocol):
    async def application(self, application: str) -> dict[str, Any]: ...


class Judgements:
    """`key` keys the hash of what a check saw, so that the hash proves without revealing."""

    def __init__(self, applications: Applications, key: bytes) -> None:
        self._applications, self._key = applications, key

    async def eligibility(self, state: HireState, m: Moment) -> Decision:
        """The automatic checks of `recruitment.md` §3 over one application. They propose; a named person decides."""
        application = Application.model_validate(await self._applications.application(state.application))
        received_at = state.received_at or m.at
        return judge_eligibility(application, m.published, received_at, state.late, self._key).decision
