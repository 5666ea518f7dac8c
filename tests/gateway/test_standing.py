"""Where an application stands, asked by the portal that sent it."""

import json

from store.database import Database
from store.records import Records
from tests.domain.event_samples import event
from tests.gateway.door import Caller, key_of, signed
from tests.store import making as m


async def begun(caller: Caller, db: Database) -> str:
    """An accepted application whose case has begun; returns the id without its kind."""
    answer = await caller.send(event("application.submitted"))
    case = json.loads(answer.content)["case"]
    await Records(db).append(m.step(case, 0, m.received(), m.entered()))
    return str(case).removeprefix("hire/")


async def asked(caller: Caller, hire: str, partner: str = "portal", line: str = "") -> tuple[int, dict[str, object]]:
    path = f"/hires/{hire}/status"
    headers = signed((line or f"GET {path}").encode(), "q-1", partner, key_of(partner))
    answer = await caller.http.get(path, headers=headers)
    return answer.status_code, answer.json()


async def test_the_portal_learns_where_its_application_stands_in_both_languages(caller: Caller, db: Database) -> None:
    hire = await begun(caller, db)
    code, said = await asked(caller, hire)
    assert code == 200
    assert (said["case"], said["code"], said["vacancy"], said["zone"]) == (f"hire/{hire}", "under_review", "250442", "Europe/Brussels")
    assert said["text"] == {"en": ["Your application is being reviewed."], "fr": ["Votre candidature est en cours d’examen."]}


async def test_nobody_else_learns_anything(caller: Caller, db: Database) -> None:
    hire = await begun(caller, db)
    code, said = await asked(caller, hire, "medical")
    there_is_none = await asked(caller, "aaaaaaaa", "medical")
    assert (code, said["code"]) == (404, "unknown_case") == (there_is_none[0], there_is_none[1]["code"])
    assert (await caller.http.get(f"/hires/{hire}/status")).status_code == 401
    assert (await asked(caller, hire, line="GET /hires/bbbbbbbb/status"))[0] == 401


async def test_an_address_that_can_be_none_is_refused(caller: Caller) -> None:
    code, said = await asked(caller, "nobody@example.org")
    assert (code, said["code"]) == (400, "bad_address")
