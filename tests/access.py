"""Every address of the console and of the people's API, asked by everybody: what the door says, held against the table of rights.

The case behind an act is judged as the story would judge it and never written to, so every cell is asked of the same three hires. Bodies
are as good as empty: whoever gets past the door is told what is missing, and whoever does not is told that this is not theirs.
"""

import asyncio
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import httpx
from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse
from sqlalchemy import delete

from acts.carrier import Carrier
from acts.desk import Desk
from acts.in_person import TokenDesk
from acts.needs import BY_PATH, KNOWN, Need
from acts.opening import Opener
from acts.rights import Resource
from acts.sessions import csrf_token
from config.cursors import Cursors
from config.files import load_calendar
from console.app import Parts as Pages
from console.app import create_console
from console.pages.hire import Engine
from console.pulse import Pulse
from console.visits import Reception, Shows, Visitor
from console.wiring import routers
from domain import acts, competition
from domain.errors import EngineUnavailable
from domain.hire import fold
from domain.messages import ActRequest, Receipt
from domain.moment import Moment
from domain.sessions import How
from domain.tokens import Scope
from domain.vacancy import fold as fold_vacancy
from domain.words import Role
from gateway.api import codec, notices
from gateway.api.app import Parts, create_api
from gateway.api.callers import Counter, Pace
from gateway.api.wiring import routers as of_api
from store.changes import Changes
from store.database import Database
from store.records import Records
from store.tables import staff
from store.vacancies import Vacancies
from tests.addresses import API, CONSOLE, stated
from tests.console.conftest import FRAME, ORIGIN
from tests.gateway.api.conftest import CURSORS, staffed
from tests.gateway.api.played import LETTER, NAME, put, put_letter
from tests.gateway.api.test_rights import BODIES, PLACES
from tests.matrix import CANARIES, MAY, NOBODY, play, shown

#: Who asks, besides one person per role: with nothing, with a proof that is gone, without a role, and with the roles of somebody absent.
SIGNED_OUT, GONE, WITHOUT, DEPUTY = "signed out", "gone", "nobody", "deputy"
PERSONAS = (*map(str, Role), WITHOUT, DEPUTY, GONE, SIGNED_OUT)
STANDS_IN_FOR = Role.APPOINTING_AUTHORITY
NOTE = "CANARY-NOTE of somebody's own"
#: What a person may see of a case, as the matrix of fields has it, and what HR noted besides.
FIELDS = MAY | {"a note": frozenset({Role.HR_OFFICER, Role.HR_HEAD, Role.APPOINTING_AUTHORITY})}
SHOWS = CANARIES | {NOTE[:11]: "a note"}
#: Answers of one hire's own addresses in which the words of an ending are that hire's.
TOLD_OF_UNFIT = re.compile(r"medical condition of appointment not met|medically[ _]unfit|ended as medically")
#: What is told for as long as somebody listens: who is still listening after a moment got past the door.
LIVE = "/live"


#: What a page says of somebody, by its words.
IN_A_PAGE = {"name or address": f"{NAME}|ada@example.org", "a letter's words": f"Dear {NAME}"}
A_CASE = re.compile(r"\bhires?/(h\d{3})\b")


@dataclass(frozen=True)
class Cell:
    """One address for one person. `open` is what the table says."""

    door: str
    method: str
    path: str
    act: str
    persona: str
    open: bool


@dataclass
class Found:
    cells: int = 0
    asked: set[tuple[str, str, str]] = field(default_factory=set)
    differences: list[str] = field(default_factory=list)
    leaks: set[str] = field(default_factory=set)
    shown: set[tuple[str, str]] = field(default_factory=set)


class Judging:
    """What acting reaches here: the case's own judgement, of which nothing is written."""

    def __init__(self, db: Database) -> None:
        self._records, self._vacancies = Records(db), Vacancies(db)

    @property
    def client(self) -> Any:
        raise EngineUnavailable("no Temporal here")

    async def ask(self, case: str, request: ActRequest) -> Receipt:
        journal = await self._records.journal(case)
        if case.startswith("vacancy/"):
            competition.check(fold_vacancy(journal), request)
        else:
            state = fold(journal)
            published = await self._vacancies.get(state.vacancy)
            calendar = load_calendar(published.rules.calendar)
            at = journal[-1].at + timedelta(hours=1)
            acts.do(state, request, Moment(at, f"person:{request.person}", published, calendar, office=load_calendar))
        return Receipt(case=case, number=len(journal))


class Lax(Shows):
    """A gate that says what an address needs and lets everybody who is signed in through: the control must find it."""

    @staticmethod
    def _check(visitor: Visitor, need: Need) -> None:
        assert visitor.person


def weakened() -> APIRouter:
    """The audit's first page behind such a gate, with a name and an answer on it."""
    at = APIRouter()

    @at.get("/audit", dependencies=[Depends(Lax(Resource.AUDIT))])
    async def search() -> HTMLResponse:
        return HTMLResponse("<h1>CANARY-MEDICAL-1</h1>")

    return at


@dataclass
class House:
    """A store with everybody in it and three hires, behind both doors."""

    db: Database
    desk: Desk
    console: Any
    api: Any
    hires: list[str]
    secrets: dict[str, str] = field(default_factory=dict)

    async def session(self, persona: str) -> str:
        _, secret = await self.desk.sessions.begin(persona, How.LINK)
        return secret


async def house(db: Database, extra: Sequence[APIRouter] = ()) -> House:
    """Both doors on a store, new and migrated. `extra` addresses come first in the console."""
    world, cases = play()
    await staffed(db)
    await put(db, world)
    await put_letter(db, cases[0])
    desk, token_desk = Desk(db), TokenDesk(db)
    for person in (DEPUTY, GONE):
        await desk.put_staff(person, person, f"{person}@example.org", (Role.HR_HEAD,) if person == GONE else ())
    today = (await desk.clock.now()).date()
    lent = (str(STANDS_IN_FOR),)
    await desk.personnel.delegate("hr_head", str(STANDS_IN_FOR), DEPUTY, lent, today, today + timedelta(days=30))
    for case in cases:
        await desk.notes._notes.write(case, "hr_officer", NOTE, datetime(2026, 3, 3, tzinfo=UTC))
    carrier = cast("Carrier", Judging(db))
    acting, by_token = Desk(db, carrier), TokenDesk(db, carrier)

    async def at_console() -> Desk:
        return acting

    async def at_api() -> TokenDesk:
        return by_token

    async def ready() -> None: ...

    pulse = Pulse(Changes(db))
    pages = [*extra, *routers(FRAME, Cursors(b"a key of the tests"), pulse, Engine())]
    console = create_console(Pages(pages, FRAME, Reception(desk, at_console, ORIGIN), pulse, ready))
    api = create_api(
        Parts(
            [*of_api(CURSORS), codec.routes(Opener(db, cast("Any", None)))],
            Counter(token_desk, at_api, Pace(10**9, 10**9)),
            ready,
            larger=notices.LARGER,
        )
    )
    made = House(db, desk, console, api, [case.removeprefix("hire/") for case in cases])
    for persona in PERSONAS[:-1]:
        _, made.secrets[persona] = await token_desk.tokens.add(persona, "a test", Scope.ACT)
    made.secrets[f"{GONE} session"] = await made.session(GONE)
    await db.write(lambda tx: tx.execute(delete(staff).where(staff.c.person == GONE)))
    return made


# ---- what the table says ---------------------------------------------------------------------------------------------------


def cells() -> Iterator[Cell]:
    """Every address for every person, each act that only a path names by itself."""
    for door, routes in (("console", CONSOLE), ("api", API)):
        for route in routes:
            for method in sorted(route.methods or ()):
                for act in _acts(stated(route)):
                    for persona in PERSONAS:
                        yield Cell(door, method, route.path, act, persona, says(stated(route).of(act) if act else stated(route), persona))


def _acts(need: Need) -> list[str]:
    if not need.act.endswith(BY_PATH):
        return [""]
    noun = need.act.removesuffix(BY_PATH)
    return [name.removeprefix(noun) for name in KNOWN if name.startswith(noun)]


def says(need: Need, persona: str) -> bool:
    """What the table says of a person."""
    if need.free is not None:
        return True
    return bool(need.roles & roles_of(persona))


def roles_of(persona: str) -> frozenset[Role]:
    if persona == DEPUTY:
        return frozenset({STANDS_IN_FOR})
    return frozenset({Role(persona)}) if persona in set(Role) else frozenset()


# ---- what the doors say ----------------------------------------------------------------------------------------------------


async def matrix(at: House, chosen: Sequence[Cell]) -> Found:
    """Ask these cells, each about every hire where the address is about one and shows something."""
    found = Found()
    for cell in chosen:
        found.cells += 1
        found.asked.add((cell.door, cell.method, cell.path))
        about = at.hires if "{hire}" in cell.path and not cell.act else at.hires[:1]
        for hire in about:
            answer = await _asked(at, cell, hire)
            if (fault := _fault(cell, answer)) and fault not in found.differences:
                found.differences.append(fault)
            for what in seen(answer, hire == at.hires[0] and f"{hire}" in str(answer.request.url)):
                found.shown.add((cell.persona, what))
                if not roles_of(cell.persona) & FIELDS.get(what, NOBODY):
                    found.leaks.add(f"{cell.persona} sees {what} at {cell.door} {cell.method} {cell.path} {cell.act}".strip())
    return found


def _fault(cell: Cell, answer: httpx.Response) -> str:
    """How an answer differs from the table, if it does."""
    what = f"{cell.door} {cell.method} {cell.path} {cell.act} for {cell.persona}"
    if answer.status_code >= 500 and "EngineUnavailable" not in answer.text and answer.status_code != 503:
        return f"{what}: {answer.status_code}"
    shut = _shut(answer)
    return f"{what}: {'shut' if shut else 'open'} ({answer.status_code}), the table says {'open' if cell.open else 'shut'}" * (
        shut == cell.open
    )


def _shut(answer: httpx.Response) -> bool:
    """Did the door say no: nobody is known here, or this is not for their roles?"""
    if answer.status_code == 401 or (answer.status_code == 303 and answer.headers["location"].startswith("/sign-in") and _turned(answer)):
        return True
    return answer.status_code == 403 and "wrong_role" in answer.text


def _turned(answer: httpx.Response) -> bool:
    return "signed_out" not in answer.headers["location"]


async def _asked(at: House, cell: Cell, hire: str) -> httpx.Response:
    path = _address(cell, hire)
    if cell.door == "api":
        return await _by_token(at, cell, path, hire)
    return await _by_session(at, cell, path)


def _address(cell: Cell, hire: str) -> str:
    places = PLACES | {"hire": hire, "letter": LETTER, "act": cell.act, "kind": "hire", "ref": hire, "secret": "s" * 43, "size": "1"}
    places |= {"case": hire if "/hires/" in cell.path else PLACES["reference"], "view": "v" * 24, "link": "l" * 43}
    if re.search(r"/staff/{person}/(absences|delegations|notes)", cell.path):  # one's own, as everybody may
        places |= {"person": cell.persona.replace(" ", "_"), "number": "999"}  # no note of anybody's: nothing is taken back here
    places |= {"name": "hq-brussels"} if "calendars" in cell.path else {}
    return re.sub(r"{(\w+)}", lambda found: places.get(found[1], "x"), cell.path) + (
        "?period=2025" if cell.path.endswith("/reports/balance") else ""
    )


async def _by_token(at: House, cell: Cell, path: str, hire: str) -> httpx.Response:
    headers = {} if cell.persona == SIGNED_OUT else {"authorization": f"Bearer {at.secrets[cell.persona]}"}
    own = {"/digests/send": {"person": cell.persona.replace(" ", "_")}, "/privacy/erasures/preview": {"candidate": f"hire/{hire}"}}
    body: Any = (BODIES | own).get(cell.path.removeprefix("/api/v1"), {})
    if "/acts/" in cell.path:
        body = arguments(cell.path.rpartition("/")[2], cell.path)
    more: dict[str, Any] = {"json": body} if cell.method == "POST" else {}
    headers |= {"if-match": "*", "idempotency-key": f"k-{abs(hash(cell))}-{hire}"} if cell.method == "POST" else {}
    if cell.path.endswith("/notices/preview"):
        more, headers = {"content": b"no notice"}, headers | {"content-type": "text/plain"}
    transport = httpx.ASGITransport(app=at.api, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://api") as http:
        return await http.request(cell.method, path, headers=headers, **more)


async def _by_session(at: House, cell: Cell, path: str) -> httpx.Response:
    secret = "" if cell.persona == SIGNED_OUT else at.secrets[f"{GONE} session"] if cell.persona == GONE else await at.session(cell.persona)
    form = {"csrf": csrf_token(secret), "version": "1", "request": "0" * 24, "step": "confirm", "purpose": "audit", "next": "/"}
    if cell.act:
        form |= {name: str(value) for name, value in arguments(cell.act, cell.path).items() if not isinstance(value, list | dict)}
    sent = {"origin": ORIGIN, "sec-fetch-site": "same-origin"}
    transport = httpx.ASGITransport(app=at.console, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=ORIGIN, cookies={"muster_session": secret} if secret else {}) as http:
        more: dict[str, Any] = {"data": form, "headers": sent} if cell.method == "POST" else {}
        if cell.path != LIVE:
            return await http.request(cell.method, path, **more)
        try:
            return await asyncio.wait_for(http.request(cell.method, path), timeout=0.5)
        except TimeoutError:
            return httpx.Response(200, request=httpx.Request(cell.method, f"{ORIGIN}{path}"))


def arguments(act: str, path: str) -> dict[str, Any]:
    """Words for an act that its model takes where simple ones do, so that the case itself has to say no."""
    table: Any = competition.ACTS if "/vacancies/" in path else acts.ACTS
    if act not in table:
        return {}
    simple = {"reason": "written_decision", "condition": "medical", "sha256": "f" * 64, "person": "hr_officer", "owner": "hr_officer"}
    fields = table[act].args.model_fields
    guesses: dict[Any, Any] = {bool: True, int: 1, str: "x"}
    return {
        name: simple.get(name, guesses.get(each.annotation, "x")) for name, each in fields.items() if each.is_required() or name in simple
    }


# ---- what the answers show -------------------------------------------------------------------------------------------------


def seen(answer: httpx.Response, of_unfit: bool) -> set[str]:
    """The fields an answer shows. A filter offers every ending there is; what a hire's own answer says is that hire's."""
    if "html" not in answer.headers.get("content-type", "") and "json" not in answer.headers.get("content-type", ""):
        return set()
    found = {what for word, what in SHOWS.items() if word in answer.text}
    if "json" in answer.headers["content-type"]:
        found |= shown(answer)
    else:
        found |= {what for what, word in IN_A_PAGE.items() if re.search(word, answer.text)}
        if set(A_CASE.findall(answer.text)) - set(re.findall(r"\bh\d{3}\b", str(answer.request.url))):
            found.add("a case")  # another one than was asked about: that one the reader has named
    if of_unfit and TOLD_OF_UNFIT.search(answer.text):
        found.add("medical answer")
    return found


def routes_of(found: Found) -> tuple[set[tuple[str, str, str]], set[tuple[str, str, str]]]:
    """The addresses there are, and those that were asked."""
    doors = (("console", CONSOLE), ("api", API))
    there = {(door, method, route.path) for door, routes in doors for route in routes for method in route.methods or ()}
    return there, found.asked
