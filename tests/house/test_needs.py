"""Every address of every door says what it needs, in the words of the table of rights; a door with one that does not never opens."""

import pytest
from fastapi import APIRouter, Depends
from fastapi.routing import APIRoute

from acts.needs import KNOWN, Free, Need, check_stated, free, needs
from acts.rights import Resource
from domain.operation import BULK
from domain.words import Role
from tests.addresses import API, CONSOLE, PARTNERS, stated

EVERY = [*CONSOLE, *API, *PARTNERS]


@pytest.mark.parametrize("route", EVERY, ids=lambda route: f"{'/'.join(sorted(route.methods))} {route.path}")
def test_an_address_says_once_what_it_needs(route: APIRoute) -> None:
    (need,) = needs(route)
    assert (need.resource is None) != (need.free is None)


def test_no_address_of_the_partners_is_open_by_a_role_and_none_of_the_peoples_by_a_signature() -> None:
    assert {stated(route).free for route in PARTNERS} == {Free.SIGNED, Free.PUBLIC, Free.DOOR}
    assert Free.SIGNED not in {stated(route).free for route in (*API, *CONSOLE)}


def test_what_changes_something_of_a_case_names_its_act() -> None:
    assert [route.path for route in API if stated(route).resource is Resource.ACTING and not stated(route).act] == []
    assert {stated(route).act for route in API if "/acts/" in route.path} == {name for name in KNOWN if "." in name}


def test_nobody_who_has_no_part_in_a_hire_does_anything_to_one() -> None:
    for role in (Role.AUDITOR, Role.DATA_PROTECTION_OFFICER, Role.KEY_ADMINISTRATOR):
        assert [name for name, roles in KNOWN.items() if "." in name and role in roles] == []


@pytest.mark.parametrize("times", [0, 2])
def test_a_door_with_an_address_that_says_nothing_or_two_things_does_not_open(times: int) -> None:
    at = APIRouter()
    at.get("/quiet", dependencies=[Depends(free(Free.PUBLIC)) for _ in range(times)])(lambda: None)
    with pytest.raises(RuntimeError, match="/quiet"):
        check_stated(at.routes)


def test_of_an_act_the_path_names_only_its_own_roles_get_past() -> None:
    need = Need(Resource.ACTING, changes=True, act="hire.{act}")
    assert need.of("approve_contract").roles == KNOWN["hire.approve_contract"]
    assert need.of("no_such_act").roles == need.roles


def test_whoever_does_an_act_to_many_may_do_each_of_those_acts() -> None:
    assert KNOWN["begin_operation"] == frozenset.union(*(KNOWN[f"hire.{act}"] for act in BULK))
