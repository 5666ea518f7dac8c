"""What a command works with: the settings, the desk, and whether its reader is a program. Travels as Typer's context object."""

import asyncio
import getpass
import os
from collections.abc import Awaitable, Callable, Iterable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property, wraps
from typing import TYPE_CHECKING, Annotated, Any, ParamSpec, Protocol, TypeVar, cast

import typer

from domain.agenda import AgendaItem
from domain.calendars import Calendar
from domain.editions import Edition
from domain.errors import Problem
from domain.forecast import Accuracy, Forecast
from domain.looking import Reader
from domain.messages import Receipt
from domain.overlays import Overlay, Standing
from domain.rehearsal import Rehearsal
from domain.rules import Rules
from domain.status import Status
from domain.tally import Tally
from domain.undo import Tracked
from domain.vacancy import VacancySpec
from domain.vacancy_waiting import VacancyWhy
from domain.waiting import Why
from domain.words import Ending, Party, Role

if TYPE_CHECKING:
    from acts.audit import AuditDesk
    from acts.auditing import Auditing
    from acts.balance import BalanceDesk
    from acts.board import Boardroom
    from acts.bulk import Bulk
    from acts.calendars import Affected
    from acts.delivering import DeliveryDesk
    from acts.digest import Digests
    from acts.histories import HistoryDesk
    from acts.housekeeping import Housekeeper
    from acts.importing import Importing
    from acts.keys import KeyDesk
    from acts.maintenance import MaintenanceDesk
    from acts.partners import PartnerDesk
    from acts.personnel import Personnel
    from acts.privacy import PrivacyDesk
    from acts.sessions import SessionBook
    from acts.signals import SignalDesk
    from acts.tokens import TokenBook
    from acts.undelivered import UndeliveredDesk
    from config.settings import Settings

T = TypeVar("T")
P = ParamSpec("P")


class OverlayDesk(Protocol):
    """What the commands ask of `acts.overlays`."""

    async def preview(self, overlay: Overlay) -> list[Any]: ...
    async def propose(self, person: str, overlay: Overlay) -> Standing: ...
    async def approve(self, person: str, overlay: str, sha256: str) -> Standing: ...
    async def lift(self, person: str, overlay: str) -> Standing: ...
    async def apply(self, person: str, overlay: str) -> list[Any]: ...
    async def show(self, overlay: str) -> dict[str, Any]: ...
    async def list(self) -> list[dict[str, Any]]: ...


class PolicyDesk(Protocol):
    """What the commands ask of `acts.editions`."""

    async def propose(self, person: str, rules: Rules, effective: date | None = None) -> Edition: ...
    async def approve(self, person: str, name: str, version: str, sha256: str) -> Edition: ...
    async def list(self) -> list[dict[str, Any]]: ...
    async def get(self, name: str, version: str) -> Edition: ...
    async def in_force(self, name: str, at: datetime | None = None) -> Edition: ...


class CalendarDesk(Protocol):
    """What the commands ask of `acts.calendars`."""

    async def in_force(self, name: str) -> Calendar: ...
    async def preview(self, calendar: Calendar) -> "list[Affected]": ...
    async def publish(self, person: str, calendar: Calendar, carrier: Any) -> "list[Affected]": ...


class Desk(Protocol):
    """What the commands ask of `acts.desk`: people's acts, and what is known of cases."""

    @property
    def auditing(self) -> "Auditing": ...
    @property
    def audit(self) -> "AuditDesk": ...
    @property
    def balance(self) -> "BalanceDesk": ...
    @property
    def boardroom(self) -> "Boardroom": ...
    @property
    def digests(self) -> "Digests": ...
    @property
    def housekeeping(self) -> "Housekeeper": ...
    @property
    def histories(self) -> "HistoryDesk": ...
    @property
    def importing(self) -> "Importing": ...
    @property
    def partners(self) -> "PartnerDesk": ...
    @property
    def personnel(self) -> "Personnel": ...
    @property
    def tokens(self) -> "TokenBook": ...
    @property
    def keys(self) -> "KeyDesk": ...

    @property
    def sessions(self) -> "SessionBook": ...
    @property
    def privacy(self) -> "PrivacyDesk": ...
    @property
    def signals(self) -> "SignalDesk": ...

    @property
    def calendars(self) -> CalendarDesk: ...

    @property
    def carrier(self) -> Any: ...

    @property
    def overlays(self) -> "OverlayDesk": ...

    @property
    def policies(self) -> PolicyDesk: ...

    @property
    def deliveries(self) -> "DeliveryDesk": ...

    @property
    def undelivered(self) -> "UndeliveredDesk": ...

    @property
    def maintenance(self) -> "MaintenanceDesk": ...

    @property
    def bulk(self) -> "Bulk": ...

    async def act(self, person: str, case: str, act: str, args: dict[str, Any], request: str | None = None) -> Receipt: ...
    async def vacancy_act(self, person: str, reference: str, act: str, args: dict[str, Any], request: str | None = None) -> Receipt: ...
    async def publish(self, person: str, spec: VacancySpec, rules: Rules, request: str | None = None) -> Any: ...
    async def hires(
        self,
        vacancy: str | None = None,
        stage: str | None = None,
        ending: str | None = None,
        needs: str | None = None,
        owner: str | None = None,
    ) -> Any: ...
    async def find(self, words: str) -> Any: ...
    async def hire(self, case: str) -> Any: ...
    async def why(self, case: str, act: str = "", about: str = "") -> Why: ...
    async def vacancy_why(self, reference: str) -> tuple[VacancyWhy, str]: ...
    async def status(self, case: str) -> tuple[Status, str]: ...
    async def undo(self, case: str, ending: Ending = Ending.WITHDRAWN) -> list[Tracked]: ...
    async def forecast(self, case: str) -> tuple[Forecast, Accuracy]: ...
    async def agenda(
        self, *, within: timedelta | None = None, overdue: bool = False, party: Party | None = None, role: Role | None = None
    ) -> list[AgendaItem]: ...
    async def turns(self, vacancy: str | None = None, since: date | None = None) -> Tally: ...
    async def rehearse(self, rules: Rules, calendar: Calendar, vacancy: str | None = None) -> Rehearsal: ...
    async def vacancies(self) -> Any: ...
    async def vacancy(self, reference: str) -> Any: ...
    async def timeline(self, case: str) -> Any: ...
    async def letters(self, case: str) -> Any: ...
    async def letter(self, letter: str) -> Any: ...
    async def who_looked(self, case: str) -> Any: ...
    async def event(self, partner: str, event_id: str) -> Any: ...
    async def put_staff(self, person: str, name: str, email: str, roles: Iterable[str], language: str = "") -> None: ...
    async def staff(self) -> Any: ...
    async def recover(self) -> list[str]: ...


def _read_settings() -> "Settings":
    from config.settings import load_settings

    return load_settings()


class Opens(Protocol):
    """Opens the desk; with `reading`, without Temporal: for what only needs the store."""

    def __call__(self, settings: "Settings", *, reading: bool) -> AbstractAsyncContextManager[Desk]: ...


def _open_desk(settings: "Settings", *, reading: bool) -> AbstractAsyncContextManager[Desk]:
    if settings.remote_url:
        from cli.remote import open_remote

        return cast(AbstractAsyncContextManager[Desk], open_remote(settings))
    from acts.desk import open_desk

    return open_desk(settings, reading=reading, reader=Reader(whoever()))


def whoever() -> str:
    """Who looks, at a terminal: who says who they are, as with acts; else the login."""
    if person := os.environ.get("MUSTER_PERSON", ""):
        return f"person:{person}"
    try:
        return f"terminal:{getpass.getuser()}"
    except (KeyError, OSError):
        return f"terminal:{os.getuid()}"


@dataclass
class Terminal:
    """One run of the command. Tests give their own desk and settings."""

    read_settings: Callable[[], "Settings"] = _read_settings
    open_desk: Opens = _open_desk
    json: bool = False

    @cached_property
    def settings(self) -> "Settings":
        """Read once, and only by commands that need them: `muster --help` works on a broken installation."""
        return self.read_settings()

    def at_desk(self, ask: Callable[[Desk], Awaitable[T]]) -> T:
        """Open the desk, ask it one thing that reaches a case, close it."""
        return asyncio.run(self._asked(ask, reading=False))

    def at_store(self, ask: Callable[[Desk], Awaitable[T]]) -> T:
        """The same for what the store alone can answer or keep: works while Temporal is away."""
        return asyncio.run(self._asked(ask, reading=True))

    async def _asked(self, ask: Callable[[Desk], Awaitable[T]], *, reading: bool) -> T:
        async with self.open_desk(self.settings, reading=reading) as desk:
            return await ask(desk)


def terminal(ctx: typer.Context) -> Terminal:
    """The terminal of this run; made on the first call."""
    root = ctx.find_root()
    if root.obj is None:
        root.obj = Terminal()
    return root.obj  # type: ignore[no-any-return]


def beside_the_store(command: Callable[P, T]) -> Callable[P, T]:
    """A command that needs the installation itself; from afar it says so. Whatever is wrong with the settings, the command says itself."""

    @wraps(command)
    def checked(*words: P.args, **given: P.kwargs) -> T:
        ctx: Any = next((each for each in (*words, *given.values()) if hasattr(each, "find_root")), None)
        try:
            remote = ctx is not None and bool(terminal(ctx).settings.remote_url)
        except Problem:
            remote = False
        if remote:
            from cli.remote import beside_the_store as refusal

            raise refusal(f"`{ctx.command_path if ctx else 'muster'}`")
        return command(*words, **given)

    return checked


def _for_a_program(ctx: typer.Context, wanted: bool) -> bool:
    # Noted before anything else is read, so that a refusal, too, is JSON.
    terminal(ctx).json = wanted
    return wanted


def _case(text: str) -> str:
    return text if "/" in text else f"hire/{text}"


Json = Annotated[
    bool, typer.Option("--json", help="Answer with JSON: one object, or one per line for lists.", callback=_for_a_program, is_eager=True)
]
Person = Annotated[
    str, typer.Option("--as", metavar="PERSON", envvar="MUSTER_PERSON", help="Who is acting: a person of `muster staff list`.")
]
Request = Annotated[
    str | None,
    typer.Option("--request", metavar="ID", help="A key of your own: the same key again answers the same and does nothing twice."),
]
Case = Annotated[str, typer.Argument(metavar="CASE", help="The hire, as in `muster hire list`; `hire/` may be left out.", parser=_case)]
Reference = Annotated[str, typer.Argument(metavar="REF", help="The vacancy's reference, such as 250442.")]
