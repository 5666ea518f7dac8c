"""What the command line can do, the people's API can, or says why not. A new command without an address fails here."""

import typer.main
from fastapi.routing import APIRoute

from cli.main import app
from config.cursors import Cursors
from domain.acts import ACTS
from domain.competition import ACTS as VACANCY_ACTS
from gateway.api.addresses import ADDRESSES, EXEMPT, V1
from gateway.api.wiring import routers
from tests.house.test_commands import leaves

COMMANDS = {path.removeprefix("muster ") for path, _ in leaves(typer.main.get_command(app))}
ROUTES = {
    f"{method} {route.path.removeprefix(V1)}"
    for router in routers(Cursors(b""))
    for route in router.routes
    if isinstance(route, APIRoute)
    for method in route.methods or ()
}
BY_TABLE = {f"hire {name.replace('_', '-')}" for name in ACTS} | {f"vacancy {name.replace('_', '-')}" for name in VACANCY_ACTS}


def test_every_command_has_an_address_or_a_reason() -> None:
    assert COMMANDS - set(ADDRESSES) - set(EXEMPT) - BY_TABLE == set()


def test_nothing_is_listed_that_is_no_command_or_is_listed_twice() -> None:
    assert (set(ADDRESSES) | set(EXEMPT)) - COMMANDS == set()
    assert not set(ADDRESSES) & set(EXEMPT)


def test_every_address_listed_is_one() -> None:
    assert set(ADDRESSES.values()) - ROUTES == set()


def test_every_act_of_the_two_tables_has_its_address() -> None:
    acts = {f"POST /hires/{{case}}/acts/{name}" for name in ACTS} | {f"POST /vacancies/{{case}}/acts/{name}" for name in VACANCY_ACTS}
    assert acts - ROUTES == set()
