"""When the periodic work is done: a Temporal Schedule, made, shown and removed by an operator."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleCalendarSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleRange,
    ScheduleSpec,
    ScheduleUpdate,
    ScheduleUpdateInput,
)
from temporalio.service import RPCError, RPCStatusCode

from acts.carrier import Carrier, unavailable
from acts.digest import office_zone
from domain.errors import NotFound

SCHEDULE = "housekeeping"
HOUR = 7
#: Monday to Friday, as Temporal counts.
WEEKDAYS = ScheduleRange(1, 5)
#: A morning missed because Temporal was away is made up for on the same day, not days later.
CATCH_UP = timedelta(hours=12)


@dataclass(frozen=True)
class Timetable:
    """When it runs next, when it ran last, and how often it did."""

    schedule: str
    zone: str
    next: tuple[datetime, ...]
    last: datetime | None
    runs: int


class Housekeeper:
    """Each method raises EngineUnavailable when Temporal does not answer."""

    def __init__(self, carrier: Callable[[], Carrier]) -> None:
        self._carrier = carrier

    async def start(self) -> Timetable:
        """Every weekday at seven by the duty station's clock; again, it only brings an older timetable up to date."""
        client = self._carrier().client
        made = _schedule(self._carrier().task_queue)
        try:
            await client.create_schedule(SCHEDULE, made)
        except ScheduleAlreadyRunningError:
            await client.get_schedule_handle(SCHEDULE).update(lambda _: _anew(_, made))
        except RPCError as error:
            raise unavailable(error) from error
        return await self.show()

    async def show(self) -> Timetable:
        """Raises NotFound when there is none."""
        try:
            found = await _client(self._carrier).get_schedule_handle(SCHEDULE).describe()
        except RPCError as error:
            raise _none(error) from error
        ran = [result.started_at for result in found.info.recent_actions]
        spec = found.schedule.spec
        zone = spec.time_zone_name or "UTC"
        return Timetable(SCHEDULE, zone, tuple(found.info.next_action_times[:3]), ran[-1] if ran else None, found.info.num_actions)

    async def stop(self) -> None:
        """Raises NotFound when there is none."""
        try:
            await _client(self._carrier).get_schedule_handle(SCHEDULE).delete()
        except RPCError as error:
            raise _none(error) from error


def _client(carrier: Callable[[], Carrier]) -> Client:
    return carrier().client


def _anew(_: ScheduleUpdateInput, made: Schedule) -> ScheduleUpdate:
    return ScheduleUpdate(schedule=made)


def _schedule(task_queue: str) -> Schedule:
    mornings = ScheduleCalendarSpec(hour=[ScheduleRange(HOUR)], day_of_week=[WEEKDAYS])
    return Schedule(
        action=ScheduleActionStartWorkflow("Housekeeping", id=SCHEDULE, task_queue=task_queue),
        spec=ScheduleSpec(calendars=[mornings], time_zone_name=office_zone()),
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=CATCH_UP),
    )


def _none(error: RPCError) -> Exception:
    if error.status is RPCStatusCode.NOT_FOUND:
        return NotFound("there is no timetable; make one with: muster housekeeping start", code="no_timetable")
    return unavailable(error)
