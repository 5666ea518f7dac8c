"""Acts over HTTP: once per key, decided on a version, refused with what could be done instead, and never an approval."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, cast

import httpx
import pytest
from sqlalchemy import func, select

from acts.carrier import Carrier
from acts.in_person import APPROVALS, TokenDesk
from domain import acts, competition
from domain.tokens import Scope
from gateway.api.app import Parts, create_api, described
from gateway.api.callers import Counter, Pace
from gateway.api.wiring import routers
from store.answers import LEASE, Answers, Key
from store.database import Database
from store.names import system_now
from store.records import Records
from store.tables import api_answers
from tests.gateway.api.clerk import Clerk
from tests.gateway.api.conftest import CURSORS
from tests.store import making as m

HIRE = "hire/7q2k5fxm"
AT = "/api/v1/hires/7q2k5fxm/acts"
REASON = {"reason": "candidate_abroad"}


@dataclass
class Person:
    """Somebody with a token that may act."""

    http: httpx.AsyncClient
    headers: dict[str, str]
    clerk: Clerk
    db: Database

    async def post(self, act: str, body: Any = None, *, key: str | None = "k-1", match: str | None = '"2"', at: str = AT) -> httpx.Response:
        headers = self.headers | ({"Idempotency-Key": key} if key else {}) | ({"If-Match": match} if match else {})
        return await self.http.post(f"{at}/{act}", json={} if body is None else body, headers=headers)

    async def number(self) -> int:
        return len(await Records(self.db).journal(HIRE))


@pytest.fixture
async def hr(db: Database) -> AsyncIterator[Person]:
    """An HR officer before one hire, which is at number 2."""
    await Records(db).append(m.step(HIRE, 0, m.received(), m.entered(), name="open"))
    clerk = Clerk(db)
    desk, reading = TokenDesk(db, cast(Carrier, clerk)), TokenDesk(db)

    async def ready() -> None: ...

    async def acting() -> TokenDesk:
        return desk

    app = create_api(Parts(routers(CURSORS), Counter(reading, acting, Pace(10_000, 10_000)), ready))
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://api") as http:
        yield Person(http, await token(desk, "hr_officer"), clerk, db)


async def token(desk: TokenDesk, person: str, scope: Scope = Scope.ACT) -> dict[str, str]:
    _, secret = await desk.tokens.add(person, "a test", scope)
    return {"authorization": f"Bearer {secret}"}


async def test_an_act_is_answered_with_its_receipt_and_the_new_version(hr: Person) -> None:
    answer = await hr.post("hold", REASON)
    assert (answer.status_code, answer.headers["etag"]) == (200, '"3"')
    assert answer.json() == {"case": HIRE, "number": 3, "stage": "screening", "ending": None, "over": False}
    assert await hr.number() == 3


async def test_an_act_without_a_version_or_without_a_key_is_told_so_and_does_nothing(hr: Person) -> None:
    for more, status, code in (
        ({"match": None}, 428, "version_missing"),
        ({"key": None}, 400, "key_missing"),
        ({"key": "a b"}, 422, "bad_key"),
    ):
        answer = await hr.post("hold", REASON, **more)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert await hr.number() == 2


async def test_what_was_decided_on_an_older_version_is_answered_with_the_present_one_and_who_changed_it(hr: Person) -> None:
    await hr.post("hold", REASON)
    answer = await hr.post("resume", key="k-2")
    said = answer.json()
    assert (answer.status_code, answer.headers["etag"]) == (412, '"3"')
    assert (said["current"]["number"], said["changed"]["by"], said["changed"]["what"]) == (3, "person:hr_officer", "held")
    assert "resume" in said["allowed_actions"]
    assert (await hr.post("resume", key="k-2", match='"3"')).status_code == 200, "a refusal frees its key"


async def test_of_two_who_decided_on_the_same_version_one_wins_and_the_other_is_told(hr: Person) -> None:
    answers = await asyncio.gather(hr.post("hold", REASON, key="a"), hr.post("hold", {"reason": "security_situation"}, key="b"))
    assert sorted(answer.status_code for answer in answers) == [200, 412]
    assert await hr.number() == 3


async def test_a_star_acts_on_whatever_the_case_is_now(hr: Person) -> None:
    await hr.post("hold", REASON)
    assert (await hr.post("resume", key="k-2", match="*")).status_code == 200


async def test_the_same_key_again_is_the_same_answer_and_nothing_more_although_the_version_moved(hr: Person) -> None:
    first, again = await hr.post("hold", REASON), await hr.post("hold", REASON)
    assert (again.status_code, again.json(), again.headers["etag"]) == (200, first.json(), first.headers["etag"])
    assert again.headers["idempotency-replayed"] == "true"
    assert (hr.clerk.asked, await hr.number()) == (1, 3)


async def test_the_same_key_for_other_content_is_refused(hr: Person) -> None:
    await hr.post("hold", REASON)
    other = await hr.post("hold", {"reason": "security_situation"})
    assert (other.status_code, other.json()["code"]) == (422, "key_reused")


async def test_a_key_belongs_to_its_token_and_its_address(hr: Person) -> None:
    await hr.post("hold", REASON)
    assert (await hr.post("resume", match='"3"')).status_code == 200
    colleague = replace(hr, headers=await token(TokenDesk(hr.db), "hr_head"))
    assert (await colleague.post("hold", REASON, match='"4"')).status_code == 200
    assert await hr.number() >= 5


async def test_twenty_posts_at_once_with_one_key_have_one_effect_and_one_answer(hr: Person) -> None:
    answers = await asyncio.gather(*(hr.post("hold", REASON) for _ in range(20)))
    done = [answer.json() for answer in answers if answer.status_code == 200]
    others = {(answer.status_code, answer.json()["code"]) for answer in answers if answer.status_code != 200}
    assert (len(done) >= 1, done) == (True, [done[0]] * len(done))
    assert others <= {(409, "still_running")}
    assert (hr.clerk.asked, await hr.number()) == (1, 3)


async def test_a_process_killed_between_the_act_and_its_answer_blocks_nobody_for_ever(hr: Person) -> None:
    """Its row says `running` and will never say more; the journal knows the act by the key."""
    first = await hr.post("hold", REASON)
    died = system_now() - LEASE - timedelta(seconds=1)
    lost = api_answers.update().values(status=None, headers=None, body=None)
    await hr.db.write(lambda tx: tx.execute(lost))
    assert (await hr.post("hold", REASON)).json()["code"] == "still_running"
    await hr.db.write(lambda tx: tx.execute(api_answers.update().values(taken_at=died)))
    again = await hr.post("hold", REASON)
    assert (again.status_code, again.json()) == (200, first.json())
    assert await hr.number() == 3


async def test_a_lost_row_cannot_let_an_act_happen_twice(hr: Person) -> None:
    first = await hr.post("hold", REASON)
    await hr.db.write(lambda tx: tx.execute(api_answers.delete()))
    again = await hr.post("hold", REASON)
    assert (again.status_code, again.json()) == (200, first.json())
    await hr.db.write(lambda tx: tx.execute(api_answers.delete()))
    other = await hr.post("hold", {"reason": "security_situation"})
    assert (other.status_code, other.json()["code"]) == (409, "request_reused")
    assert await hr.number() == 3


async def test_a_refusal_says_what_this_person_could_do_instead(hr: Person) -> None:
    answer = await hr.post("resume")
    said = answer.json()
    assert (answer.status_code, said["code"], sorted(said["titles"])) == (409, "not_held", ["en", "fr"])
    assert {"hold", "withdraw", "screen"} <= set(said["allowed_actions"])
    assert not set(said["allowed_actions"]) & APPROVALS
    async with hr.db.reading() as rx:
        assert (await rx.execute(select(func.count()).select_from(api_answers))).scalar_one() == 0


async def test_an_unknown_hire_is_not_found_and_an_unknown_act_has_no_address(hr: Person) -> None:
    assert (await hr.post("hold", REASON, at="/api/v1/hires/aaaaaaaa/acts")).status_code == 404
    assert (await hr.post("promote")).status_code == 404


async def test_no_approval_is_taken_by_token(hr: Person) -> None:
    for act in sorted(APPROVALS & set(acts.ACTS)):
        args = acts.ACTS[act].args
        if any(field.is_required() for field in args.model_fields.values()):
            continue
        answer = await hr.post(act)
        assert (answer.status_code, answer.json()["code"]) == (403, "approval_in_person"), act
    authority = replace(hr, headers=await token(TokenDesk(hr.db), "appointing_authority"))
    answer = await authority.post("approve_contract", {"sha256": "f" * 64})
    assert (answer.status_code, answer.json()["code"]) == (403, "approval_in_person")
    assert hr.clerk.asked == 0


async def test_a_token_that_may_only_read_does_nothing(hr: Person) -> None:
    reader = replace(hr, headers=await token(TokenDesk(hr.db), "hr_officer", Scope.READ))
    assert (await reader.post("hold", REASON)).json()["code"] == "token_reads_only"


async def test_what_does_not_fit_the_act_is_refused_with_its_place(hr: Person) -> None:
    said = (await hr.post("hold", {"reason": "Because I say so"})).json()
    assert (said["status"], [each["pointer"] for each in said["errors"]]) == (422, ["/reason"])


def test_the_description_lists_every_act_with_its_own_words() -> None:
    paths = described(routers(CURSORS)).openapi()["paths"]
    for noun, table in (("hires", acts.ACTS), ("vacancies", competition.ACTS)):
        for name, act in table.items():
            post = next(
                item["post"] for path, item in paths.items() if path.startswith(f"/api/v1/{noun}/") and path.endswith(f"/acts/{name}")
            )
            assert post["requestBody"]["content"]["application/json"]["schema"]["$ref"].endswith(act.args.__name__)
            assert {"400", "409", "412", "428"} <= set(post["responses"])


async def test_answers_are_forgotten_after_a_week(db: Database) -> None:
    answers, key, now = Answers(db), Key("tok-1", "POST /x", "k"), system_now()
    await answers.take(key, "h", now - timedelta(days=8))
    await answers.take(Key("tok-1", "POST /x", "other"), "h", now)
    async with db.reading() as rx:
        assert (await rx.execute(select(api_answers.c.key))).scalars().all() == ["other"]
