"""The same commands against another machine's installation: a desk that asks its people's API, with a person's token.

What the API answers is made into what the desk beside the store would give, so that commands, sentences and exit codes are the same.
What must be done beside the store says so.
"""

import asyncio
import json
import re
import secrets
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

import httpx
from pydantic import TypeAdapter

from acts.audit import Wanted
from acts.board import Workspace
from acts.bulk import Filter
from acts.calendars import Affected as CalendarAffected
from acts.histories import Told
from acts.housekeeping import Timetable
from acts.importing import Preview
from acts.overlays import Affected, Item
from acts.personnel import Task
from acts.signals import Signal
from domain.acts import ACTS
from domain.agenda import AgendaItem
from domain.calendars import Calendar
from domain.competition import ACTS as VACANCY_ACTS
from domain.editions import Edition
from domain.errors import BadInput, NotAllowed, NotFound, Problem, Trouble
from domain.facts import AnyFact, Entry
from domain.forecast import Accuracy, Forecast
from domain.foresight import Foreseen
from domain.hire import fold
from domain.log.report import AuditReport
from domain.log.trail import Trace
from domain.log.trail import Wanted as Sought
from domain.messages import Receipt
from domain.operation import Operation
from domain.overlays import Overlay, Standing
from domain.rules import Rules
from domain.signals import Kind
from domain.staff import StaffState
from domain.status import Status, status
from domain.undo import Tracked
from domain.vacancy import VacancySpec
from domain.vacancy_waiting import VacancyWhy, vacancy_why
from domain.waiting import Why, why
from domain.words import Ending, Party, Role
from store.erasure import Foreseen as Erasing
from store.signals import Decision

if TYPE_CHECKING:
    from config.settings import Settings

T = TypeVar("T")
V1 = "/api/v1"
TRIES = 4
PAUSE_S = 0.5
TIMEOUT_S = 60.0
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


class Unreachable(Trouble):
    """The other installation does not answer."""


class BesideTheStore:
    """A part of the desk that is not to be had from afar."""

    def __getattr__(self, name: str) -> Any:
        raise beside_the_store("this")


def beside_the_store(what: str) -> NotAllowed:
    said = f"{what} must be run beside the store: on the installation's own machine, without MUSTER_REMOTE_URL"
    return NotAllowed(said, code="beside_the_store")


class Line:
    """The way to the other installation: one request, the answer or the problem it told."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http

    async def get(self, path: str, **params: Any) -> Any:
        """Raises the problem told, Unreachable."""
        given = {name: value for name, value in params.items() if value is not None}
        return (await self._asked("GET", path, params=given)).json()

    async def file(self, path: str, **params: Any) -> bytes:
        """What is no JSON, byte for byte."""
        given = {name: value for name, value in params.items() if value is not None}
        return (await self._asked("GET", path, params=given)).content

    async def pages(self, path: str, **params: Any) -> list[Any]:
        """All items of all pages."""
        items, cursor = [], None
        while True:
            page = await self.get(path, limit=200, cursor=cursor, **params)
            items += page["items"]
            cursor = page["next"]
            if cursor is None:
                return items

    async def look(self, path: str, body: Any) -> Any:
        """A post that writes nothing."""
        return (await self._asked("POST", path, json=body)).json()

    async def post(self, path: str, body: Any, key: str | None = None, **headers: str) -> Any:
        """A post that does something, under one key however often its answer is lost."""
        keyed = {"Idempotency-Key": key or secrets.token_hex(12), **headers}
        return (await self._asked("POST", path, json=body, headers=keyed)).json()

    async def _asked(self, method: str, path: str, **more: Any) -> httpx.Response:
        for attempt in range(1, TRIES + 1):
            try:
                answer = await self._http.request(method, V1 + path, **more)
            except httpx.TransportError:
                if attempt == TRIES:
                    raise Unreachable("the remote installation does not answer", code="remote_unreachable") from None
            else:
                if answer.is_success:
                    return answer
                problem = told(answer)
                if attempt == TRIES or problem.code not in ("still_running", "too_many"):
                    raise problem
            await asyncio.sleep(PAUSE_S * attempt)
        raise AssertionError("every try returns or raises")


def told(answer: httpx.Response) -> Problem:
    """The problem a document tells, as the class it was raised with there."""
    try:
        said = answer.json()
        kind, details = _kinds()[said["titles"]["en"]], dict(said.get("details", {}))
    except (ValueError, KeyError, TypeError):
        return Unreachable(f"the remote address answered {answer.status_code}, and not as a Muster does", code="not_a_muster")
    for fault in said.get("errors", []):
        if fault.get("pointer"):
            details["field"] = fault["pointer"].removeprefix("/")
    return kind(said["detail"], code=said["code"], **details)


@cache
def _kinds() -> dict[str, type[Problem]]:
    from config.words import Words
    from gateway.api.problems import KINDS

    found = {Words.load().say(f"api.problem.{word}", "en"): kind for kind, _, word in KINDS}
    return found | {Words.load().say("api.problem.misdirected", "en"): NotFound, Words.load().say("api.problem.broken", "en"): Trouble}


def revived(value: Any) -> Any:
    """What JSON made of moments and days, made into them again."""
    if isinstance(value, dict):
        return {name: revived(each) for name, each in value.items()}
    if isinstance(value, list):
        return [revived(each) for each in value]
    if isinstance(value, str) and _MOMENT.fullmatch(value):
        return datetime.fromisoformat(value)
    if isinstance(value, str) and _DAY.fullmatch(value):
        return date.fromisoformat(value)
    return value


def read(kind: type[T], value: Any) -> T:
    """JSON as what it was there."""
    return TypeAdapter(kind).validate_json(json.dumps(value))


class RemoteAuditing(BesideTheStore):
    """What an auditor asks, over the line. Reconciling is done beside the store."""

    def __init__(self, line: Line) -> None:
        self._line = line

    async def search(self, wanted: Sought, *, after: int = -1, limit: int | None = 50, **about: str) -> list[Trace]:
        return (await self._traces("/audit/trail", wanted, **about))[:limit]

    async def interventions(self, wanted: Sought, *, vacancy: str = "", limit: int | None = None) -> list[Trace]:
        return (await self._traces("/audit/interventions", wanted, vacancy=vacancy))[:limit]

    async def _traces(self, path: str, wanted: Sought, **about: str) -> list[Trace]:
        asked: dict[str, Any] = {name: value for name, value in about.items() if value}
        asked |= {"since": wanted.since and wanted.since.isoformat(), "until": wanted.until and wanted.until.isoformat()}
        if not path.endswith("interventions"):
            asked |= {"actor": wanted.actor or None, "leaf": wanted.leaf or None, "what": next(iter(wanted.what), None)}
            asked["case"] = next(iter(wanted.streams), None) if wanted.streams else None
        return [Trace.model_validate(each) for each in await self._line.pages(path, **asked)]

    async def as_of(self, case: str, at: datetime) -> Any:
        return revived(await self._line.get(f"{_at(case)}/as-of", at=at.isoformat()))

    async def diff(self, case: str, number: int) -> Any:
        if not case.startswith("hire/"):
            raise beside_the_store("the change of a vacancy")
        return revived(await self._line.get(f"{_at(case)}/changes/{number}"))

    async def report(self, since: datetime | None = None, until: datetime | None = None) -> AuditReport:
        asked = {"since": since and since.isoformat(), "until": until and until.isoformat()}
        return read(AuditReport, await self._line.get("/audit/report", **asked))


class Remote:
    """A desk at the other end of a line. What is missing raises BesideTheStore's refusal."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self.tokens, self.carrier = BesideTheStore(), None
        self.auditing: Any = RemoteAuditing(line)
        self.keys: Any = BesideTheStore()
        self.sessions: Any = BesideTheStore()
        self.audit = RemoteAudit(self, line)
        self.balance: Any = RemoteBalance(line)
        self.boardroom, self.bulk = RemoteBoardroom(line), RemoteBulk(self, line)
        self.policies, self.overlays, self.calendars = RemotePolicies(self, line), RemoteOverlays(self, line), RemoteCalendars(self, line)
        self.personnel, self.importing = RemotePersonnel(self, line), RemoteImporting(self, line)
        self.signals, self.privacy = RemoteSignals(self, line), RemotePrivacy(self, line)
        self.housekeeping, self.digests = RemoteHousekeeping(line), BesideTheStore()
        self.histories = RemoteHistories(line)

    def __getattr__(self, name: str) -> Any:
        raise beside_the_store(name.replace("_", " "))

    async def is_me(self, person: str) -> None:
        """The token says who acts; `--as` must not say otherwise. Raises NotAllowed."""
        me = (await self._line.get("/me"))["person"]
        if me != person:
            raise NotAllowed(f"this token is {me}'s: nobody acts as {person} with it", code="not_yours")

    async def act(self, person: str, case: str, act: str, args: dict[str, Any], request: str | None = None) -> Receipt:
        await self.is_me(person)
        under = f"/hires/{case.removeprefix('hire/')}" if act in ACTS and case.startswith("hire/") else f"/{case}"
        return read(Receipt, await self._line.post(f"{under}/acts/{act}", args, request, **{"If-Match": "*"}))

    async def vacancy_act(self, person: str, reference: str, act: str, args: dict[str, Any], request: str | None = None) -> Receipt:
        await self.is_me(person)
        return read(Receipt, await self._line.post(f"/vacancies/{reference}/acts/{act}", args, request, **{"If-Match": "*"}))

    async def publish(self, person: str, spec: VacancySpec, rules: Rules, request: str | None = None) -> Any:
        await self.is_me(person)
        if (await self.policies.in_force(rules.name)).rules != rules:
            raise BadInput(f"not the edition of {rules.name} in force there", code="not_in_force")
        return await self._line.post("/vacancies", {"spec": spec.model_dump(mode="json"), "policy": rules.name}, request)

    # ---- reads ------------------------------------------------------------------------------------------------------------

    async def hires(self, **which: Any) -> Any:
        return revived(await self._line.pages("/hires", **which))

    async def find(self, words: str) -> Any:
        return revived((await self._line.look("/people/search", {"words": words}))["items"])

    async def hire(self, case: str) -> Any:
        return revived(await self._line.get(_at(case)))

    async def timeline(self, case: str) -> Any:
        rows = await self._line.pages(f"{_at(case)}/timeline")
        return [{"case_id": case, **{name: value if name == "body" else revived(value) for name, value in row.items()}} for row in rows]

    async def _journal(self, case: str) -> list[Entry]:
        fact: TypeAdapter[Any] = TypeAdapter(AnyFact)
        rows = await self._line.pages(f"{_at(case)}/timeline")
        own = ("number", "at", "actor", "step")
        return [Entry(case=case, fact=fact.validate_json(json.dumps(row["body"])), **{name: row[name] for name in own}) for row in rows]

    async def why(self, case: str, act: str = "", about: str = "") -> Why:
        return why(await self._journal(case), ACTS, act, about)

    async def status(self, case: str) -> tuple[Status, str]:
        state = fold(await self._journal(case))
        return status(state), await self._zone(state.vacancy)

    async def undo(self, case: str, ending: Ending = Ending.WITHDRAWN) -> list[Tracked]:
        return read(list[Tracked], await self._line.get(f"{_at(case)}/undo", ending=str(ending)))

    async def forecast(self, case: str) -> tuple[Forecast, Accuracy]:
        found = await self._line.get(f"{_at(case)}/forecast")
        return read(Forecast, found["forecast"]), read(Accuracy, found["accuracy"])

    async def agenda(
        self, *, within: timedelta | None = None, overdue: bool = False, party: Party | None = None, role: Role | None = None
    ) -> list[AgendaItem]:
        hours = within and int(within / timedelta(hours=1))
        asked = {"within_hours": hours, "overdue": str(overdue).lower(), "party": party and str(party), "role": role and str(role)}
        rows = revived(await self._line.pages("/deadlines", **asked))
        return [AgendaItem(row=row, **{name: row[name] for name in ("case", "key", "party", "who", "until", "overdue")}) for row in rows]

    async def letters(self, case: str) -> Any:
        return revived(await self._line.get(f"{_at(case)}/letters"))

    async def who_looked(self, case: str) -> Any:
        return revived(await self._line.get(f"{_at(case)}/reads"))

    async def event(self, partner: str, event_id: str) -> Any:
        return revived(await self._line.get(f"/events/{partner}/{event_id}"))

    async def staff(self) -> Any:
        return await self._line.get("/staff")

    async def vacancies(self) -> Any:
        return [await self._summed(each) for each in revived(await self._line.pages("/vacancies"))]

    async def _summed(self, row: dict[str, Any]) -> dict[str, Any]:
        """A row of the list with its posts and hires counted, as the list beside the store has them."""
        whole = await self._line.get(f"/vacancies/{row['reference']}")
        posts = Counter(post["state"] for post in whole["posts"])
        return row | {"posts": dict(sorted(posts.items())), "hires": whole.get("counts") or {}}

    async def vacancy(self, reference: str) -> Any:
        found = await self._line.get(f"/vacancies/{reference}")
        # The notice and the policy are documents of their own: as they stand in the store, in JSON.
        return revived({name: value for name, value in found.items() if name not in ("spec", "rules")}) | {
            name: found[name] for name in ("spec", "rules")
        }

    async def vacancy_why(self, reference: str) -> tuple[VacancyWhy, str]:
        return vacancy_why(await self._journal(f"vacancy/{reference}"), VACANCY_ACTS), await self._zone(reference)

    async def _zone(self, reference: str) -> str:
        zone: str = (await self._line.get(f"/vacancies/{reference}"))["spec"]["duty_station"]["zone"]
        return zone


def _at(case: str) -> str:
    kind, _, name = case.partition("/")
    return f"/{'hires' if kind == 'hire' else 'vacancies'}/{name}"


class RemoteBalance(BesideTheStore):
    """Reports that were issued; everything else of balance watch is done beside the store."""

    def __init__(self, line: Line) -> None:
        self._line = line

    async def given(self, person: str, by: str, *, vacancy: str | None = None, year: int | None = None) -> dict[str, Any]:
        found: dict[str, Any] = await self._line.get("/reports/balance", by=str(by), vacancy=vacancy, period=year)
        return found


class RemoteBoardroom:
    def __init__(self, line: Line) -> None:
        self._line = line

    async def workspace(self, person: str, reference: str) -> Workspace:
        return read(Workspace, await self._line.get(f"/vacancies/{reference}/board"))

    async def file(self, person: str, case: str) -> Any:
        return revived(await self._line.get(f"{_at(case)}/board"))


class RemoteHistories:
    def __init__(self, line: Line) -> None:
        self._line = line

    async def of(self, case: str) -> list[Told]:
        return read(list[Told], (await self._line.get(f"{_at(case)}/history"))["runs"])

    async def kept(self, case: str) -> Any:
        raise beside_the_store("`muster hire history --out`")


class _Part:
    """A part of the desk where the person is named again."""

    def __init__(self, desk: Remote, line: Line) -> None:
        self._desk, self._line = desk, line


class RemoteAudit(_Part):
    """Files made there. They are checked here again by whoever trusts nobody: `muster audit verify`."""

    async def export(self, person: str, case: str, purpose: str, wanted: Wanted) -> bytes:
        await self._desk.is_me(person)
        language = wanted.languages[0] if len(wanted.languages) == 1 else None
        more = {"redact": sorted(wanted.redact), "since": wanted.since or None, "letters": str(wanted.letters).lower()}
        return await self._line.file(f"{_at(case)}/dossier", purpose=purpose, language=language, **more)

    async def log(self, person: str, purpose: str, begin: int = 0, end: int | None = None) -> bytes:
        await self._desk.is_me(person)
        return await self._line.file("/log", purpose=purpose, begin=begin, until=end)


class RemoteBulk:
    def __init__(self, desk: Remote, line: Line) -> None:
        self._desk, self._line = desk, line

    async def preview(self, person: str, act: str, args: dict[str, Any], which: Filter) -> list[Foreseen]:
        await self._desk.is_me(person)
        return read(list[Foreseen], await self._line.look("/operations/preview", _many(act, args, which)))

    async def begin(self, person: str, act: str, args: dict[str, Any], which: Filter) -> Operation:
        await self._desk.is_me(person)
        return _operation(await self._line.post("/operations", _many(act, args, which), Prefer="respond-async"))

    async def own(self, person: str, name: str) -> Operation:
        """Whose it is, the other side asks again."""
        await self._desk.is_me(person)
        return await self.get(name)

    async def carry_out(self, name: str) -> Operation:
        return _operation(await self._line.post(f"/operations/{name}/resume", {}))

    async def cancel(self, name: str) -> Operation:
        return _operation(await self._line.post(f"/operations/{name}/cancel", {}))

    async def get(self, name: str) -> Operation:
        return _operation(await self._line.get(f"/operations/{name}"))

    async def list(self) -> list[Operation]:
        return [await self.get(row["operation"]) for row in await self._line.pages("/operations")]


def _many(act: str, args: dict[str, Any], which: Filter) -> dict[str, Any]:
    return {
        "act": act,
        "args": args,
        "vacancy": which.vacancy,
        "stage": which.stage,
        "nation": which.nation,
        "cases": list(which.cases),
    }


def _operation(found: dict[str, Any]) -> Operation:
    return read(Operation, {name: found[name] for name in Operation.model_fields})


#: Its desk has a question of the name `list`.
Found = list[Signal]


class RemoteSignals(_Part):
    async def list(self, state: str | None = None, partner: str | None = None, vacancy: str | None = None) -> Found:
        return read(Found, await self._line.get("/signals", state=state, partner=partner, vacancy=vacancy))

    async def discard(self, person: str, event: str, reason: str) -> Signal:
        await self._desk.is_me(person)
        return read(Signal, await self._line.post(f"/signals/{event}/discard", {"reason": reason}))

    async def propose(self, person: str, event: str, kind: Kind, reason: str, to: str | None = None) -> Decision:
        await self._desk.is_me(person)
        body = {"kind": kind, "reason": reason} | ({"to": to} if to else {})
        return read(Decision, await self._line.post(f"/signals/{event}/proposals", body))

    async def decide(self, person: str, decision: str, *, approve: bool = True) -> Decision:
        raise in_person("muster event decide")


class RemotePrivacy(_Part):
    async def foresee(self, candidate: str) -> Erasing:
        return read(Erasing, await self._line.look("/privacy/erasures/preview", {"candidate": candidate}))

    async def propose(self, person: str, candidate: str, reason: str) -> str:
        await self._desk.is_me(person)
        found = await self._line.post("/privacy/erasures", {"candidate": candidate, "reason": reason})
        return str(found["erasure"])

    async def approve(self, person: str, erasure: str) -> Any:
        raise in_person("muster privacy approve")

    async def withdraw(self, person: str, erasure: str) -> None:
        await self._line.post(f"/privacy/erasures/{erasure}/withdraw", {})

    async def waiting(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = revived(await self._line.get("/privacy/erasures"))
        return found

    async def due(self, schedule: Any) -> dict[str, Any]:
        found: dict[str, Any] = await self._line.get("/privacy/retention")
        return found

    async def place(self, person: str, subject: str, reason: str, until: date | None = None) -> str:
        await self._desk.is_me(person)
        body = {"subject": subject, "reason": reason, "until": until and until.isoformat()}
        return str((await self._line.post("/privacy/holds", body))["hold"])

    async def lift(self, person: str, hold: str) -> bool:
        raise in_person("muster privacy hold lift")

    async def holds(self, *, all_: bool = False) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = revived(await self._line.get("/privacy/holds", all=str(all_).lower()))
        return found

    def __getattr__(self, name: str) -> Any:
        raise beside_the_store("this")


class RemotePolicies(_Part):
    async def propose(self, person: str, rules: Rules, effective: date | None = None) -> Edition:
        await self._desk.is_me(person)
        body = {"rules": rules.model_dump(mode="json"), "effective": effective and effective.isoformat()}
        return read(Edition, await self._line.post("/policies", body))

    async def approve(self, person: str, name: str, version: str, sha256: str) -> Edition:
        raise in_person("muster policy approve")

    async def list(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = revived(await self._line.get("/policies"))
        return found

    async def get(self, name: str, version: str) -> Edition:
        return _edition(await self._line.get(f"/policies/{name}", version=version))

    async def in_force(self, name: str, at: datetime | None = None) -> Edition:
        return _edition(await self._line.get(f"/policies/{name}", on=at and at.date().isoformat()))


def _edition(found: dict[str, Any]) -> Edition:
    own = {name: found["about"][name] for name in Edition.model_fields if name in found["about"]}
    return read(Edition, {**own, "rules": found["rules"]})


class RemoteOverlays(_Part):
    async def preview(self, overlay: Overlay) -> list[Affected]:
        return read(list[Affected], await self._line.look("/overlays/preview", overlay.model_dump(mode="json")))

    async def propose(self, person: str, overlay: Overlay) -> Standing:
        await self._desk.is_me(person)
        return _standing(await self._line.post("/overlays", overlay.model_dump(mode="json")))

    async def approve(self, person: str, overlay: str, sha256: str) -> Standing:
        raise in_person("muster overlay approve")

    async def lift(self, person: str, overlay: str) -> Standing:
        await self._desk.is_me(person)
        return _standing(await self._line.post(f"/overlays/{overlay}/lift", {}))

    async def apply(self, person: str, overlay: str) -> list[Item]:
        await self._desk.is_me(person)
        return read(list[Item], await self._line.post(f"/overlays/{overlay}/apply", {}))

    async def show(self, overlay: str) -> dict[str, Any]:
        found: dict[str, Any] = revived(await self._line.get(f"/overlays/{overlay}"))
        return found

    async def list(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = revived(await self._line.get("/overlays"))
        return found


def _standing(found: dict[str, Any]) -> Standing:
    overlay = {name: found[name] for name in Overlay.model_fields if name in found}
    own = {name: found[name] for name in Standing.model_fields if name != "overlay" and name in found}
    return read(Standing, {"overlay": overlay, **own})


class RemoteCalendars(_Part):
    async def in_force(self, name: str) -> Calendar:
        return read(Calendar, (await self._line.get(f"/calendars/{name}"))["calendar"])

    async def preview(self, calendar: Calendar) -> list[CalendarAffected]:
        return read(list[CalendarAffected], await self._line.look("/calendars/preview", calendar.model_dump(mode="json")))

    async def publish(self, person: str, calendar: Calendar, carrier: Any) -> list[CalendarAffected]:
        await self._desk.is_me(person)
        return read(list[CalendarAffected], await self._line.post("/calendars", calendar.model_dump(mode="json")))


class RemotePersonnel(_Part):
    async def absent(self, by: str, person: str, starts_on: date, ends_on: date, deputy: str = "") -> StaffState:
        await self._desk.is_me(by)
        body = {"starts_on": f"{starts_on}", "ends_on": f"{ends_on}", "deputy": deputy or None}
        return read(StaffState, await self._line.post(f"/staff/{person}/absences", body))

    async def delegate(self, by: str, person: str, to: str, roles: list[str], starts_on: date, ends_on: date) -> StaffState:
        await self._desk.is_me(by)
        body = {"to": to, "roles": list(roles), "starts_on": f"{starts_on}", "ends_on": f"{ends_on}"}
        return read(StaffState, await self._line.post(f"/staff/{person}/delegations", body))

    async def revoke(self, by: str, person: str, note: int) -> StaffState:
        await self._desk.is_me(by)
        return read(StaffState, await self._line.post(f"/staff/{person}/notes/{note}/revoke", {}))

    async def worklist(self, person: str) -> list[Task]:
        return [Task(**task) for task in revived(await self._line.get(f"/staff/{person}/worklist"))]

    def __getattr__(self, name: str) -> Any:
        raise beside_the_store("this")


class RemoteImporting(_Part):
    async def preview(self, person: str, raw: bytes, source: str) -> Preview:
        await self._desk.is_me(person)
        return read(Preview, await self._line.look("/imports/hires/preview", {"csv": _text(raw), "source": source}))

    async def carry_out(self, person: str, raw: bytes, source: str) -> Preview:
        await self._desk.is_me(person)
        return read(Preview, await self._line.post("/imports/hires", {"csv": _text(raw), "source": source}))


def _text(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        raise BadInput("the file is not UTF-8", code="not_text") from None


class RemoteHousekeeping:
    def __init__(self, line: Line) -> None:
        self._line = line

    async def start(self) -> Timetable:
        return read(Timetable, await self._line.post("/housekeeping/start", {}))

    async def show(self) -> Timetable:
        return read(Timetable, await self._line.get("/housekeeping"))

    async def stop(self) -> None:
        await self._line.post("/housekeeping/stop", {})


def in_person(command: str) -> NotAllowed:
    from acts.in_person import in_person as refusal

    return refusal(command)


@asynccontextmanager
async def open_remote(settings: "Settings") -> AsyncIterator[Remote]:
    """The desk of the installation at `remote_url`. Raises BadInput without a token."""
    headers = {"authorization": f"Bearer {_token(settings)}"}
    async with httpx.AsyncClient(base_url=settings.remote_url, headers=headers, timeout=TIMEOUT_S, trust_env=False) as http:
        yield Remote(Line(http))


def _token(settings: "Settings") -> str:
    if settings.token is not None:
        return settings.token.get_secret_value().strip()
    if settings.token_file is None:
        raise BadInput("remote_url is set, and no token: MUSTER_TOKEN, or token_file", code="token_missing")
    try:
        return settings.token_file.read_text("utf-8").strip()
    except OSError:
        raise BadInput(f"the token file {settings.token_file} cannot be read", code="token_missing") from None
