"""Every address under every role: the table of rights decides, and nothing answers with an error of ours."""

import re
from typing import Any

import pytest
from fastapi.routing import APIRoute

from acts.needs import Need, needs
from acts.rights import SEES, Resource
from config.files import load_calendar, load_rules
from domain.words import Role
from gateway.api.wiring import routers
from tests.gateway.api.conftest import CURSORS, Api
from tests.gateway.api.played import AT_CONDITIONS, LETTER, NAME

PLACES = {
    "hire": AT_CONDITIONS,
    "case": AT_CONDITIONS,
    "reference": "250442",
    "letter": LETTER,
    "person": "hr_officer",
    "name": "standard",
    "operation": "op-00000000",
    "partner": "portal",
    "event": "evt-1",
    "number": "1",
    "leaf": "0",
}
RULES = load_rules("standard").model_dump(mode="json")
CALENDAR = load_calendar("hq-brussels").model_dump(mode="json")
BODIES: dict[str, Any] = {
    "/people/search": {"words": "ada"},
    "/policies/check": RULES,
    "/policies/diff": {"was": RULES, "will": RULES},
    "/policies/rehearse": {"rules": RULES},
    "/overlays/preview": {"overlay": "all-quiet", "kind": "freeze", "reason": "office_closed"},
    "/calendars/check": CALENDAR,
    "/calendars/diff": {"was": CALENDAR, "will": CALENDAR},
    "/calendars/preview": CALENDAR,
    "/privacy/erasures/preview": {"candidate": f"hire/{AT_CONDITIONS}"},
}
#: Not there in the played store: an operation, an event, a start to foretell … say so, and nothing worse.
ANSWERS = {200, 404, 409, 503}


def routes() -> list[tuple[str, APIRoute]]:
    """Every address that shows something."""
    found = [route for router in routers(CURSORS) for route in router.routes if isinstance(route, APIRoute)]
    return [(method, route) for route in found for method in sorted(route.methods or ()) if not need(route).changes]


def need(route: APIRoute) -> Need:
    """What an address says it needs, once."""
    (found,) = needs(route)
    return found


def address(route: APIRoute) -> str:
    place = PLACES | ({"name": "hq-brussels"} if "calendars" in route.path else {})
    asked = "?period=2025" if route.path.endswith("/reports/balance") else ""
    return re.sub(r"{(\w+)}", lambda found: place[found[1]], route.path) + asked


async def ask(api: Api, method: str, route: APIRoute, headers: dict[str, str]) -> Any:
    if route.path.endswith("/notices/preview"):
        return await api.http.request(method, address(route), content=b"no notice", headers={**headers, "content-type": "text/plain"})
    body = BODIES.get(route.path.removeprefix("/api/v1"))
    return await api.http.request(method, address(route), json=body, headers=headers)


@pytest.mark.parametrize("role", sorted(Role))
async def test_each_role_gets_exactly_what_the_table_says(api: Api, role: Role) -> None:
    headers, wrong = await api.by(str(role)), []
    for method, route in routes():
        resource = need(route).resource
        answer = await ask(api, method, route, headers)
        shut = answer.status_code == 403 and answer.json().get("details", {}).get("resource") == str(resource)
        if shut == (role in need(route).roles):
            wrong.append((method, route.path, answer.status_code))
        if role not in SEES[Resource.PEOPLE] and NAME in answer.text:
            wrong.append((method, route.path, "a name"))
    assert wrong == []


async def test_hr_is_answered_everywhere_but_where_others_watch_over_it(api: Api) -> None:
    headers, wrong = await api.by("hr_head"), []
    for method, route in routes():
        if need(route).resource in (Resource.READS, Resource.LOG):
            continue
        answer = await ask(api, method, route, headers)
        untold = method == "POST" and route.path.removeprefix("/api/v1") not in BODIES  # asked without a body: 422 at the worst
        if answer.status_code not in ANSWERS and not (untold and answer.status_code == 422):
            wrong.append((method, route.path, answer.status_code, answer.text[:200]))
    assert wrong == []


async def test_only_what_deals_with_people_says_a_name(api: Api) -> None:
    headers = await api.by("hr_head")
    says = {route.path for method, route in routes() if NAME in (await ask(api, method, route, headers)).text}
    assert says == {"/api/v1/people/search", "/api/v1/letters/{letter}"}


async def test_auditors_read_everything_but_names_and_are_refused_every_act(api: Api) -> None:
    acting = [route for router in routers(CURSORS) for route in router.routes if isinstance(route, APIRoute)]
    assert all(Role.AUDITOR not in need(route).roles for route in acting if need(route).changes)
    assert (await api.get(f"/hires/{AT_CONDITIONS}", "auditor")).status_code == 200
    assert (await api.get(f"/letters/{LETTER}", "auditor")).status_code == 403
