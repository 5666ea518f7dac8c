"""Replaying a recorded case: its history against the code installed, and its steps judged again. No server, no store, no network."""

import gzip
import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Protocol, TypeVar

from google.protobuf.message import Message as Proto
from pydantic import BaseModel, ConfigDict
from temporalio.api.common.v1 import Payload
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.converter import DataConverter, WorkflowSerializationContext
from temporalio.worker import Replayer

from activities.hire import Asked, Written
from activities.reciting import Knowledge, Recorded
from activities.rejudging import Difference, Unjudged, rejudge
from config.files import load_calendar
from domain.calendars import Calendar
from domain.errors import BadInput
from domain.facts import Entry
from domain.messages import ActRequest, Message
from domain.sealing import KeyErased
from workflows.hire import Hire
from workflows.vacancy import Vacancy

T = TypeVar("T")
STORIES: tuple[type, ...] = (Hire, Vacancy)
NAMESPACE = "muster"


class Kept(BaseModel):
    """An exported history as it stands in its file."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    workflow_id: str
    run_id: str = ""
    build_id: str = ""
    namespace: str = NAMESPACE
    history: dict[str, Any]
    known: Knowledge = Knowledge()


class Stored(Protocol):
    """A history as the store gives it (`store.histories.Kept`)."""

    @property
    def case(self) -> str: ...
    @property
    def run(self) -> str: ...
    @property
    def last_event(self) -> int: ...
    @property
    def text(self) -> bytes: ...
    @property
    def whole(self) -> bool: ...
    @property
    def bound(self) -> bool: ...


class Drift(Protocol):
    """A row the pages are made of that is not what its journal gives (`store.queries.Drift`): the fields that differ, on either side."""

    @property
    def table(self) -> str: ...
    @property
    def row(self) -> str: ...
    @property
    def shown(self) -> dict[str, Any] | None: ...
    @property
    def given(self) -> dict[str, Any] | None: ...


class Verdict(BaseModel):
    """What became of one recorded case: replayed or not, judged again or not, every difference by its number."""

    case: str
    run: str
    events: int
    replayed: bool
    replay_error: str = ""
    steps: int = 0
    judged: int = 0
    differences: list[Difference] = []
    unjudged: list[Unjudged] = []
    #: The person this case is about was erased, and with them the key: nothing of it opens.
    erased: bool = False
    #: Of one out of the store: the text has the hash that was written down with it, and the audit log's leaf is bound to that hash.
    whole: bool | None = None
    bound: bool | None = None
    #: Whether what the pages show was compared with what the journal gives: a history in a file says nothing of pages.
    compared_shown: bool = False

    @property
    def identical(self) -> bool:
        return self.replayed and not self.differences and self.whole is not False and self.bound is not False


def read_kept(path: Path) -> Kept:
    """A history from its file, compressed or not. Raises BadInput with the reason."""
    try:
        raw = path.read_bytes()
        return Kept.model_validate(json.loads(gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw))
    except (OSError, EOFError, ValueError) as error:
        raise BadInput(f"{path.name} is not an exported history ({type(error).__name__})", code="not_a_history") from error


async def replay_stored(row: Stored, converter: DataConverter, journal: Sequence[Entry], drift: Sequence[Drift] | None = None) -> Verdict:
    """The same of a history out of the store, whose text is checked first. Of an erased case only that its hash is the leaf's is said.

    `drift`: the rows of this case, as the pages show them, that are not what its journal gives today; None where nobody looked.
    """
    checks: dict[str, Any] = {"whole": row.whole, "bound": row.bound}
    if not row.whole:
        return Verdict(case=row.case, run=row.run, events=row.last_event, replayed=False, **checks)
    try:
        verdict = await replay(Kept.model_validate_json(row.text), converter=converter, journal=journal)
    except KeyErased:
        return Verdict(case=row.case, run=row.run, events=row.last_event, replayed=False, erased=True, **checks)
    shown = [_otherwise(len(journal), each) for each in drift or ()]
    return verdict.model_copy(update={**checks, "compared_shown": drift is not None, "differences": [*verdict.differences, *shown]})


def _otherwise(number: int, drift: Drift) -> Difference:
    return Difference(number=number, step="shown", fact=f"{drift.table} {drift.row}".strip(), expected=drift.given, found=drift.shown)


def compared(recorded: Sequence[Entry], journal: Sequence[Entry]) -> Iterable[Difference]:
    """The journal's entries against those of the history: what somebody changed in the store behind our back."""
    stands = {entry.number: entry for entry in journal}
    for entry in recorded if journal else ():
        found = stands.get(entry.number)
        if found != entry:
            said = None if found is None else found.model_dump(mode="json")
            what = entry.model_dump(mode="json")
            yield Difference(number=entry.number, step="journal", fact=entry.fact.kind, expected=what, found=said)


async def replay(
    kept: Kept,
    *,
    stories: Iterable[type] = STORIES,
    converter: DataConverter = pydantic_data_converter,
    calendar: Callable[[str], Calendar] = load_calendar,
    journal: Sequence[Entry] = (),
) -> Verdict:
    """Replay one history in the sandbox, then judge it again. `converter` reads encrypted ones; `journal` is the case's as the store has
    it: whatever differs there from what was recorded is a difference too. Raises BadInput for no history, KeyErased.
    """
    try:
        history = WorkflowHistory.from_json(kept.workflow_id, kept.history)
        recorded = await recorded_in(kept, history.events, converter)
    except (ValueError, KeyError, RuntimeError) as error:
        raise BadInput(f"the history of {kept.workflow_id} is not readable ({type(error).__name__})", code="not_a_history") from error
    replayer = Replayer(workflows=list(stories), data_converter=converter, namespace=kept.namespace)
    result = await replayer.replay_workflow(history, raise_on_replay_failure=False)
    failure = result.replay_failure
    found = await rejudge(recorded, kept.known, calendar)
    found.differences += compared(recorded.entries, journal)
    return Verdict(
        case=kept.workflow_id,
        run=kept.run_id,
        events=len(history.events),
        replayed=failure is None,
        replay_error="" if failure is None else str(failure),
        **dict(found),
    )


# ---- what a history holds --------------------------------------------------------------------------------------------------


async def recorded_in(kept: Kept, events: Iterable[HistoryEvent], converter: DataConverter) -> Recorded:
    """The journal of a case and the inputs of its steps, out of the events of its history."""
    reader = Reader(converter.with_context(WorkflowSerializationContext(namespace=kept.namespace, workflow_id=kept.workflow_id)))
    found = Recorded(case=kept.workflow_id, entries=[])
    entries: dict[int, Entry] = {}
    result, taken_over = None, 0
    for event in events:
        if event.HasField("marker_recorded_event_attributes"):
            written = await reader.written(event.marker_recorded_event_attributes)
            entries |= {entry.number: entry for entry in written.entries}
            if event.marker_recorded_event_attributes.details["data"].payloads[0].data.find(b'"read_journal"') >= 0:
                taken_over = max(entries, default=0)
        elif event.HasField("workflow_execution_signaled_event_attributes"):
            message = await reader.one(event.workflow_execution_signaled_event_attributes.input.payloads, Message)
            found.messages.setdefault(message.id, message)
        elif event.HasField("workflow_execution_update_accepted_event_attributes"):
            accepted = event.workflow_execution_update_accepted_event_attributes.accepted_request
            request = await reader.one(accepted.input.args.payloads, ActRequest)
            found.requests.setdefault(request.step, request)
        elif event.HasField("activity_task_completed_event_attributes"):
            asked = await reader.asked(event.activity_task_completed_event_attributes.result.payloads)
            found.asked.update(asked)
        elif event.HasField("workflow_execution_completed_event_attributes"):
            result = await reader.one(event.workflow_execution_completed_event_attributes.result.payloads, str)
    in_order = [entries[number] for number in sorted(entries)]
    return Recorded(found.case, in_order, found.messages, found.requests, found.asked, result, taken_over)


class Reader:
    """Payloads out of a history, through the converter that put them there."""

    def __init__(self, converter: DataConverter) -> None:
        self._converter = converter

    async def one(self, payloads: Iterable[Payload], kind: type[T]) -> T:
        [value] = await self._converter.decode(list(payloads), [kind])
        return value  # type: ignore[no-any-return]

    async def written(self, marker: Proto) -> Written:
        details: Any = marker.details  # type: ignore[attr-defined]
        if "result" not in details:  # the step was refused: nothing was written
            return Written()
        return await self.one(details["result"].payloads, Written)

    async def asked(self, payloads: Iterable[Payload]) -> dict[str, Asked]:
        """What an authority's door answered to a request. What recalling one gives back names the same key, and no channel."""
        given = list(payloads)
        [value] = await self._converter.decode(given) if given else [None]
        if not isinstance(value, dict) or "channel" not in value:
            return {}
        asked = Asked.model_validate(value)
        return {asked.key: asked}
