"""What every case does the same way: begin from its journal, read its mail, keep its clock, write one step at a time."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Coroutine, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

from temporalio import workflow
from temporalio.common import RawValue, SearchAttributeKey
from temporalio.exceptions import ActivityError, ApplicationError

with workflow.unsafe.imports_passed_through():
    from activities.asking import Ask, Asking
    from activities.hire import Asked, Written
    from domain.errors import Refusal
    from domain.facts import Entry
    from domain.messages import ActRequest, Message, Receipt
    from workflows.letterbox import Mailbox
    from workflows.patience import ASK, LONGEST_POST_ROUND, POST_ROUND, STEP

STAGE = SearchAttributeKey.for_keyword("HireStage")
VACANCY = SearchAttributeKey.for_keyword("VacancyId")
NEXT_DEADLINE = SearchAttributeKey.for_datetime("NextDeadline")
NEEDS = SearchAttributeKey.for_keyword_list("Needs")


Step = Callable[[Any, Any], Awaitable[Written]]


class State(Protocol):
    """The fold of a case's journal, as far as every case is alike."""

    number: int
    last_at: datetime | None
    seen_steps: set[str]

    def apply(self, entry: Entry) -> None: ...


class Casework:
    """The mechanics of one case. Its story (`hire.py`, `vacancy.py`) says what happens; this says how."""

    def __init__(self, case: str, state: State, *, next_instant: Callable[[], datetime | None], held: Callable[[], bool]) -> None:
        self.case, self._state = case, state
        self._next_instant, self._held = next_instant, held
        self.mailbox = Mailbox()
        self.begun = False
        self.over = False
        self._writing = asyncio.Lock()
        self._rounds = 0

    async def begin(self, read_journal: Step) -> None:
        """Take over the journal as it stands: empty for a new case, complete for one that starts again."""
        written = await workflow.execute_local_activity_method(read_journal, self.case, **STEP)
        self._learn(written)
        self.begun = True

    def where(self) -> dict[str, Any]:
        """The words every step begins with: the case, the last number it knows, its own time, which never runs backwards.

        A case begun again on another machine may find itself behind what its journal says; the journal's time then stands.
        """
        now = workflow.now()
        return {"case": self.case, "after": self._state.number, "at": max(now, self._state.last_at or now)}

    async def step(self, activity: Step, arguments: Callable[[dict[str, Any]], Any]) -> Written:
        """Judge and record, one step at a time; what was written becomes part of the state."""
        async with self._writing:
            written = await workflow.execute_local_activity_method(activity, arguments(self.where()), **STEP)
            self._learn(written)
        return written

    def _learn(self, written: Written) -> None:
        for entry in written.entries:
            if entry.number > self._state.number:
                self._state.apply(entry)
                self.mailbox.remember(entry.step)

    async def read_mail(self, take: Callable[[Message], Coroutine[Any, Any, None]], *, on_hold: tuple[str, ...]) -> None:
        """Read message after message, in order of arrival. On hold only `on_hold` is read; the rest waits, kept."""
        while True:
            await workflow.wait_condition(lambda: self._readable(on_hold) is not None or self.over)
            message = self._readable(on_hold)
            if message is None:
                return
            await take(message)
            self.mailbox.done(message)

    def _readable(self, on_hold: tuple[str, ...]) -> Message | None:
        return self.mailbox.ready(on_hold if self._held() and not self.over else None)

    async def keep_time(self, ring: Callable[[], Coroutine[Any, Any, Written]]) -> None:
        """The one clock of a case: armed for the next instant, woken early only when a sooner one comes up.

        A deadline that was met leaves its timer to run out; waking for nothing costs less history than cancelling each time.
        """
        while not self.over:
            try:
                await self._wait_for(self._next_instant())
            except TimeoutError:
                await self._ring(ring)

    async def _wait_for(self, armed: datetime | None) -> None:
        """Return when a sooner instant came up or the case is over; raise TimeoutError when `armed` is reached."""

        def stop() -> bool:
            return self.over or self._sooner(armed)

        await workflow.wait_condition(stop, timeout=self._until(armed), timeout_summary="next deadline")

    async def _ring(self, ring: Callable[[], Coroutine[Any, Any, Written]]) -> None:
        instant = self._next_instant()
        if instant is None or instant > workflow.now():
            return
        written = await ring()
        if written.waits:  # received before it was due, not delivered yet: the deadline waits for the post
            await self._pause()
        else:
            self._rounds = 0

    async def _pause(self) -> None:
        """Look away, longer each time: while the dispatcher is down for days, a case must not fill its history with looking."""
        waiting, patience = len(self.mailbox), min(POST_ROUND * 2 ** min(self._rounds, 10), LONGEST_POST_ROUND)
        self._rounds += 1
        try:
            await workflow.wait_condition(lambda: self.over or len(self.mailbox) != waiting, timeout=patience)
        except TimeoutError:
            return

    def _sooner(self, armed: datetime | None) -> bool:
        instant = self._next_instant()
        return instant is not None and (armed is None or instant < armed)

    @staticmethod
    def _until(armed: datetime | None) -> timedelta | None:
        return None if armed is None else max(armed - workflow.now(), timedelta(milliseconds=1))

    async def close(self) -> None:
        """End only when every message is read and every act has its answer."""
        self.over = True
        await workflow.wait_condition(lambda: not len(self.mailbox))
        await workflow.wait_condition(workflow.all_handlers_finished)

    def may(self, request: ActRequest, steps: Collection[str], check: Callable[[ActRequest], object]) -> None:
        """Refuse an act before anything is written. One written already passes: it gets its receipt again."""
        if not self.begun:
            return
        try:
            if not request.known(steps):
                request.still(self._state.number)
                check(request)
        except Refusal as refusal:
            raise refused(refusal) from refusal

    async def act(self, request: ActRequest, activity: Step, arguments: Callable[[dict[str, Any]], Any]) -> None:
        """Apply what a person asked, at once and against the present state; refuse with a reason, never with a stuck case."""
        await workflow.wait_condition(lambda: self.begun)

        def current(where: dict[str, Any]) -> Any:
            if not request.known(self._state.seen_steps):
                request.still(where["after"])
            return arguments(where)

        try:
            await self.step(activity, current)
        except Refusal as refusal:
            raise refused(refusal) from refusal
        except ActivityError as error:
            cause = error.cause
            if isinstance(cause, ApplicationError):
                raise ApplicationError(cause.message, *cause.details, type=cause.type, non_retryable=True) from error
            raise ApplicationError("the act could not be recorded", type="StoreUnavailable") from error


async def put(ask: Ask) -> Asked:
    """Put a request to an authority; one that cannot be put comes back as failed, with the reason, for a person."""
    try:
        return await workflow.execute_activity_method(Asking.ask_authority, ask, **ASK)
    except ActivityError as error:
        said = _last_said(error)
        reason = said.type if said is not None and said.type else "unreachable"
        lost = said is None or arrived_of(said) != "no"
        return Asked(about=ask.about, authority=ask.authority, key=ask.key, round=ask.round, failed=reason, may_have_arrived=lost)


def _last_said(error: BaseException) -> ApplicationError | None:
    """What the last try that said something said; None when none did, such as one whose worker died."""
    cause = error.__cause__
    while cause is not None and not isinstance(cause, ApplicationError):
        cause = cause.__cause__
    return cause


def arrived_of(error: ApplicationError) -> str:
    """Whether the request may have arrived, as the asking says in the details of its errors."""
    details = error.details[0] if error.details else {}
    return str(details.get("arrived", "maybe")) if isinstance(details, dict) else "maybe"


def request_of(name: str, args: Sequence[RawValue]) -> ActRequest:
    """The request of a dynamic update. Raises ApplicationError where it is not the act the update is named after."""
    if len(args) != 1:
        raise ApplicationError(f"{name} takes one request", type="BadInput", non_retryable=True)
    request = workflow.payload_converter().from_payload(args[0].payload, ActRequest)
    if request.act != name:
        raise ApplicationError(f"the update is {name}, the request says {request.act}", type="BadInput", non_retryable=True)
    return request


def refused(refusal: Refusal) -> ApplicationError:
    """A refusal as Temporal carries it: type, sentence, code and details."""
    return ApplicationError(refusal.message, {"code": refusal.code, **refusal.details}, type=type(refusal).__name__, non_retryable=True)


def receipt(case: str, state: Any) -> Receipt:
    return Receipt(
        case=case,
        number=state.number,
        stage=str(state.stage) if getattr(state, "stage", None) else getattr(state, "status", None),
        ending=str(state.ending) if getattr(state, "ending", None) else None,
        over=bool(getattr(state, "over", False)),
    )
