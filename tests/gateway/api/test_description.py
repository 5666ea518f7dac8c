"""The description committed is the one the code gives, and says of every address how it refuses."""

from functools import cache
from typing import Any

from fastapi.routing import APIRoute

from gateway.api.description import document, openapi
from gateway.api.wiring import routers
from tests.gateway.api.conftest import CURSORS, Api
from tests.house.repository import ROOT

KEPT = ROOT / "docs" / "api.json"


@cache
def said() -> dict[str, Any]:
    return openapi()


def operations() -> dict[str, dict[str, Any]]:
    return {f"{method} {path}": each for path, methods in said()["paths"].items() for method, each in methods.items()}


def test_the_kept_description_is_the_one_the_code_gives() -> None:
    assert KEPT.read_text(encoding="utf-8") == document(), "write it anew: python -m gateway.api.description > docs/api.json"


def test_every_address_is_described_once_with_what_it_answers() -> None:
    described = operations()
    routes = {
        f"{method.lower()} {route.path}"
        for router in routers(CURSORS)
        for route in router.routes
        if isinstance(route, APIRoute)
        for method in route.methods or ()
    }
    assert set(described) == routes
    assert said()["openapi"].startswith("3.1")
    assert len({each["operationId"] for each in described.values()}) == len(described)


def test_every_address_asks_for_a_token_and_says_how_it_refuses() -> None:
    for name, each in operations().items():
        assert each["security"] == [{"token": []}], name
        assert {"400", "401", "403", "404", "422", "429", "503"} <= set(each["responses"]), name
        refusals = {answer["$ref"] for status, answer in each["responses"].items() if status[0] in "45"}
        assert refusals <= {f"#/components/responses/{name}" for name in said()["components"]["responses"]}


def test_everything_shown_has_a_model() -> None:
    for name, each in ((name, each) for name, each in operations().items() if name.startswith("get ")):
        good = [answer for status, answer in each["responses"].items() if status.startswith("2")]
        assert good, name
        assert all(body["schema"] for answer in good for body in answer.get("content", {}).values()), name


async def test_the_api_describes_itself(api: Api) -> None:
    served = await api.http.get("/api/v1/openapi.json")
    assert served.json() == said()
