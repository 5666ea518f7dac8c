"""Roles by fields, over every address of the people's API: what each role is shown, found in the answers themselves.

Three hires are played whose authorities answered in words that stand nowhere else: one whom the Medical Adviser found unfit and who was
let go for it, one with every answer in, one before any. Every address that shows something is then asked by every role about each of them.
The table of who may see what (`MAY`) is written down here again, from the rules: it does not ask the code it tests.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx
from fastapi.routing import APIRoute

from acts.in_person import TokenDesk
from domain.tokens import Scope
from domain.words import Role
from store.database import Database
from tests.gateway.api.conftest import app_of, staffed
from tests.gateway.api.played import LETTER, NAME, put, put_letter
from tests.gateway.api.test_rights import BODIES, PLACES, routes
from tests.world import World, publish

HR = frozenset({Role.HR_OFFICER, Role.HR_HEAD})
DECIDES = HR | {Role.APPOINTING_AUTHORITY}
BOARD = frozenset({Role.BOARD_CHAIR, Role.BOARD_MEMBER, Role.STAFF_OBSERVER})
OFFICES = frozenset({Role.SECURITY_OFFICE, Role.MEDICAL_OFFICE, Role.ACCREDITATION_DESK})
MANAGERS = frozenset({Role.HIRING_MANAGER, Role.LINE_MANAGER})
NOBODY: frozenset[Role] = frozenset()
#: Who may see which field (`recruitment.md` §4, §7; `trust.md` P12).
MAY: dict[str, frozenset[Role]] = {
    "name or address": HR | {Role.DATA_PROTECTION_OFFICER},
    "a letter's words": HR | {Role.DATA_PROTECTION_OFFICER},
    "medical answer": DECIDES | {Role.MEDICAL_OFFICE},
    "clearance answer": DECIDES | {Role.SECURITY_OFFICE},
    "verification answer": DECIDES,
    "score or rank": DECIDES | BOARD | {Role.AUDITOR},
    "terms of the contract": DECIDES | {Role.AUDITOR},
    "a case": DECIDES | BOARD | OFFICES | MANAGERS | {Role.AUDITOR, Role.DATA_PROTECTION_OFFICER},
    "grounds": NOBODY,
}
#: A dossier holds what its asker asked for, with a purpose and a leaf of its own: what it withholds is tested with it.
APART = frozenset({"/api/v1/hires/{hire}/dossier", "/api/v1/vacancies/{reference}/dossier"})
OF_CATEGORY = {"medical": "medical answer", "clearance": "clearance answer", "verification": "verification answer"}
CANARIES = {f"CANARY-{category.upper()}": what for category, what in OF_CATEGORY.items()}
ENDINGS = {
    "medically_unfit": "medical answer",
    "clearance_refused": "clearance answer",
    "clearance_not_received": "clearance answer",
    "verification_failed": "verification answer",
}
PAGED = ("/timeline", "/trail", "/interventions", "/hires", "/vacancies", "/deadlines")
#: More than any of the hires has.
FACTS = 200
GROUNDS = frozenset({"diagnosis", "diagnoses", "ground", "grounds", "questionnaire", "findings"})


@dataclass
class Matrix:
    """What came of it: which role saw which field where."""

    requests: int = 0
    answers: int = 0
    seen: dict[tuple[Role, str], set[str]] = field(default_factory=dict)
    oracles: list[tuple[Role, str]] = field(default_factory=list)

    @property
    def leaks(self) -> list[tuple[str, str, str]]:
        """Fields a role was shown and may not see, and filters that would have told one."""
        found = [
            (str(role), what, where) for (role, what), places in self.seen.items() if role not in MAY[what] for where in sorted(places)
        ]
        return sorted(found + [(str(role), "filter", what) for role, what in self.oracles])

    @property
    def cells(self) -> int:
        return len(Role) * len(MAY)


def play() -> tuple[World, list[str]]:
    world = World([publish(posts=2), publish("270311")])
    cases = unfit, settled, fresh = world.apply(), world.apply(), world.apply(vacancy="270311")
    world.close()
    for case in (unfit, settled):
        world.to_selection(case)
    world.decide(world.report((unfit, "selected"), (settled, "selected")))
    for case in (unfit, settled):
        world.to_conditions(case)
    _told(world, unfit, clearance="granted", medical="unfit")
    world.forward(days=30)
    world.act(unfit, "withdraw_offer", condition="medical", reason="medical.unfit")
    _told(world, settled, clearance="granted", medical="fit", verification="confirmed", accreditation="accepted")
    world.act(settled, "propose_contract")
    world.act(fresh, "screen", eligible=True)
    return world, list(cases)


def _told(world: World, case: str, **answers: str) -> None:
    until = (world.at + timedelta(days=200)).date().isoformat()
    for condition, outcome in answers.items():
        reference = f"CANARY-{condition.upper()}-{case[-4:]}"
        world.tell(case, f"{condition}.replied", outcome=outcome, reference=reference, valid_until=until if outcome == "fit" else None)


async def matrix(db: Database, hires: int = 3, every: int = 1) -> Matrix:
    """Ask everything as everybody, about so many hires and every so-manieth of their facts. `db` is new and migrated."""
    world, cases = play()
    await staffed(db)
    await put(db, world)
    await put_letter(db, cases[0])
    desk, found = TokenDesk(db), Matrix()
    transport = httpx.ASGITransport(app=app_of(desk), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://api") as http:
        for role in Role:
            _, secret = await desk.tokens.add(str(role), "a test", Scope.READ)
            http.headers["authorization"] = f"Bearer {secret}"
            for case in cases[:hires]:
                await _everything(http, role, case.removeprefix("hire/"), found, first=case == cases[0], every=every)
            await _filters(http, role, found)
    return found


async def _everything(http: httpx.AsyncClient, role: Role, hire: str, found: Matrix, *, first: bool, every: int) -> None:
    for method, route in routes():
        if route.path in APART or not (first or "{hire}" in route.path):
            continue
        for number in range(1, FACTS, every) if "{number}" in route.path else (1,):
            answer = await _asked(http, method, route, hire, number)
            found.requests += 1
            if answer.status_code in (403, 404):
                break
            if answer.status_code == 200:
                found.answers += 1
                for what in shown(answer):
                    found.seen.setdefault((role, what), set()).add(route.path)


async def _asked(http: httpx.AsyncClient, method: str, route: APIRoute, hire: str, number: int) -> httpx.Response:
    places = (
        PLACES
        | {"hire": hire, "number": str(number), "case": hire, "letter": LETTER}
        | ({"name": "hq-brussels"} if "calendars" in route.path else {})
    )
    path = re.sub(r"{(\w+)}", lambda name: places[name[1]], route.path)
    bodies: Mapping[str, Any] = BODIES | {"/privacy/erasures/preview": {"candidate": f"hire/{hire}"}}
    query = {"limit": "200"} if route.path.removeprefix("/api/v1").endswith(PAGED) else {}
    query |= {"at": "2099-01-01T00:00:00Z"} if route.path.endswith("/as-of") else {}
    return await http.request(method, path, json=bodies.get(route.path.removeprefix("/api/v1")), params=query)


async def _filters(http: httpx.AsyncClient, role: Role, found: Matrix) -> None:
    """A question whose answer would be an authority's: refused, or of no use, to whoever may not see that."""
    for ending, what in ENDINGS.items():
        found.requests += 1
        if (await http.get("/api/v1/hires", params={"ending": ending})).status_code == 200 and role not in MAY[what]:
            found.oracles.append((role, f"ending={ending}"))
    for act in ("withdraw_offer", "settle_reply", "admit_appeal", "confirm_reply"):
        found.requests += 1
        answer = await http.get("/api/v1/hires", params={"needs": act})
        if answer.status_code == 200 and role not in DECIDES | OFFICES:
            found.oracles.append((role, f"needs={act}"))


def shown(answer: httpx.Response) -> set[str]:
    """The fields that an answer shows."""
    text = answer.text
    found = {what for word, what in CANARIES.items() if word in text} | {what for word, what in ENDINGS.items() if f'"{word}"' in text}
    if NAME in text or "ada@example.org" in text:
        found.add("name or address")
    if f"Dear {NAME}" in text:
        found.add("a letter's words")
    if re.search(r"\bhire/h\d{3}\b", text):
        found.add("a case")
    if answer.headers.get("content-type") == "application/json":
        found |= set(_fields(answer.json()))
    return found


def _fields(value: Any) -> Iterator[str]:
    """Fields by their form, at any depth: an answered condition, a score, terms, grounds."""
    if isinstance(value, list):
        for each in value:
            yield from _fields(each)
    if not isinstance(value, dict):
        return
    category = str(value.get("condition") or "").partition(".")[0]
    if category in OF_CATEGORY and any(
        value.get(name) not in (None, "", "withheld", "asked", "open", "waiting") for name in ("outcome", "valid_until")
    ):
        yield OF_CATEGORY[category]
    if value.get("score") is not None or value.get("rank") is not None:
        yield "score or rank"
    if value.get("terms"):
        yield "terms of the contract"
    if GROUNDS & value.keys():
        yield "grounds"
    for each in value.values():
        yield from _fields(each)
