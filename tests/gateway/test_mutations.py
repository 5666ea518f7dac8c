"""Two thousand requests that are almost right: none taken, none a server error, nothing on disk."""

import json
import random
from collections import Counter
from pathlib import Path

import httpx
import pytest

from domain.events import catalogue
from store.database import Database
from tests.domain.event_samples import event
from tests.gateway.door import door, key_of, rows, signed

Request = tuple[bytes, list[tuple[bytes, bytes]]]


def _edit(value: bytes, draw: random.Random) -> bytes:
    """One byte replaced, put in, taken out, or the whole repeated; never what it was."""
    at, byte = draw.randrange(len(value)), bytes([draw.randrange(256)])
    edited = draw.choice(
        (value[:at] + byte + value[at + 1 :], value[:at] + byte + value[at:], value[:at] + value[at + 1 :], value + value, value[:at])
    )
    return edited if edited != value else _edit(value, draw)


def _mutated(number: int, draw: random.Random) -> Request:
    kind = draw.choice(sorted(catalogue()))
    body = event(kind, f"evt-{number}")
    what = draw.randrange(6)
    if what == 5:  # signed rightly, but what is signed is broken: the parsers behind the signature
        body = _edit(body, draw)
        if _still_good(body, number):
            return _mutated(number, draw)
        return body, _raw(signed(body, f"evt-{number}"))
    headers = _raw(signed(body, f"evt-{number}", key=key_of(draw.choice(("medical", "hris", "nobody"))) if what == 4 else None))
    if what == 3:
        return _edit(body, draw), headers
    if what in (0, 1):
        place = draw.randrange(1, len(headers)) if what == 0 else 4
        name, value = headers[place]
        headers[place] = (name, _edit(value, draw))
    if what == 2:
        headers[draw.randrange(len(headers))] = draw.choice(headers[1:])  # one lost, another doubled
        if len({name for name, _ in headers}) == len(headers):
            return _mutated(number, draw)
    return body, headers


def _still_good(body: bytes, number: int) -> bool:
    """An edit inside a free text, or of a case nobody has, is no error of form; those have tests of their own."""
    try:
        return bool(json.loads(body)["id"] == f"evt-{number}")
    except (ValueError, KeyError, TypeError):
        return False


def _raw(headers: dict[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.encode(), value.encode()) for name, value in headers.items()]


@pytest.mark.parametrize("seed", [1])
async def test_two_thousand_mutations_are_all_refused(seed: int, db: Database, store: Path) -> None:
    draw, app = random.Random(seed), door(db)
    counts, statuses = rows(store), Counter[int]()
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app, raise_app_exceptions=False), base_url="http://gateway") as http:
        for number in range(2_000):
            body, headers = _mutated(number, draw)
            request = httpx.Request("POST", "http://gateway/events", content=body, headers=httpx.Headers(headers))
            answer = await http.send(request)
            statuses[answer.status_code] += 1
            assert 400 <= answer.status_code < 500, (headers, body)
    assert statuses.total() == 2_000
    assert {400, 401} <= set(statuses)
    assert rows(store) == counts
