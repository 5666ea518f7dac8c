"""The people's API keeps to its own description, whatever it is asked."""

from functools import partial

import httpx
import pytest

from domain.tokens import Scope
from tests.gateway.api.conftest import Api
from tests.gateway.fuzz import Interface, fuzzed


def _as_somebody(token: dict[str, str], request: httpx.Request) -> httpx.Request:
    kept = [(name, value) for name, value in request.headers.raw if name.lower() != b"authorization"]
    added = [(name.encode(), value.encode()) for name, value in token.items()]
    return httpx.Request(request.method, request.url, headers=[*kept, *added], content=request.content)


@pytest.mark.slow  # every act there is, several times
async def test_the_peoples_api_answers_only_what_its_description_says(api: Api) -> None:
    somebody = partial(_as_somebody, await api.by("hr_officer", Scope.ACT))
    answers = await fuzzed(Interface(api.http, "/api/v1/openapi.json", somebody, away=True), examples=2, draw=1)
    assert {"401", "200"} <= {answer.split()[-1] for answer in answers}, answers
