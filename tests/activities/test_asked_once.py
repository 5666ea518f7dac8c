"""A partner that starts twice when asked twice is asked once: over lost answers, over workers that die, over real HTTP."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from temporalio.testing import ActivityEnvironment

from activities.asking import Ask, Asking
from connectors.authority import HttpAuthority
from connectors.signatures import key_text, new_signing_key, sign
from domain.errors import NotNow, PartnerUnavailable, Refusal
from sandbox.partners import Street, everybody
from store.database import Database, migrate
from store.partners import Partners
from tests.fakes import FakeAuthority, FakeStore, FakeWatch

MUSTER = new_signing_key("muster-test")
ASK = Ask(key="hire/abc/medical/request/1", authority="medical", about="medical", case="hire/abc")


@pytest_asyncio.fixture
async def street(tmp_path: Path) -> AsyncIterator[Street]:
    opened = Street(everybody([], []), tmp_path / "partners", lambda: datetime(2027, 5, 4, 8, tzinfo=UTC))
    opened.muster_keys = (MUSTER.verifying(),)
    async with opened.open():
        yield opened


@pytest_asyncio.fixture
async def watch(tmp_path: Path) -> AsyncIterator[Partners]:
    url = f"sqlite+aiosqlite:///{tmp_path}/muster.db"
    await migrate(url)
    db = await Database.open(url)
    yield Partners(db)
    await db.close()


Steps = Callable[..., Asking]


@pytest_asyncio.fixture
async def asking(street: Street, watch: Partners) -> AsyncIterator[Steps]:
    """Workers that ask a medical office which starts twice when asked twice."""
    medical, opened = street.partners["medical"], []

    def made(look_up: Any = "key", watch: Any = watch) -> Asking:
        medical.forgetful, medical.look_up = True, look_up
        url = f"{street.base_url}/medical"
        opened.append(HttpAuthority("medical", url, idempotent=False, look_up=look_up, sign=lambda m, body: sign(MUSTER, m, body)))
        return Asking({"medical": opened[-1]}, FakeStore(), watch)

    yield made
    for each in opened:
        await each.close()


class Died(BaseException):
    """The worker is gone."""


class Dying:
    """A watch whose worker dies when the answer comes: nothing is written any more."""

    def __init__(self, watch: Partners) -> None:
        self._watch = watch

    def __getattr__(self, name: str) -> Any:
        return getattr(self._watch, name)

    async def answered(self, *args: Any, **more: Any) -> None:
        raise Died


@pytest.mark.parametrize("look_up", ["key", "list"])
async def test_an_answer_that_was_lost_is_looked_up_not_asked_for_again(street: Street, asking: Steps, look_up: str) -> None:
    street.partners["medical"].loses = 1
    steps = asking(look_up)
    with pytest.raises(PartnerUnavailable) as lost:
        await ActivityEnvironment().run(steps.ask_authority, ASK)
    assert (lost.value.code, lost.value.details["arrived"]) == ("http_504", "maybe")
    assert lost.value.retry_after == 60  # time to finish what it may have begun
    asked = await ActivityEnvironment().run(steps.ask_authority, ASK)
    assert (asked.reference, street.partners["medical"].procedures) == ("medical-0001", [ASK.key])


async def test_a_worker_that_died_before_it_wrote_the_answer_down_leaves_one_procedure(
    street: Street, watch: Partners, asking: Steps
) -> None:
    with pytest.raises(Died):
        await asking(watch=Dying(watch)).ask_authority(ASK)
    asked = await ActivityEnvironment().run(asking().ask_authority, ASK)
    assert (asked.reference, street.partners["medical"].procedures) == ("medical-0001", [ASK.key])


#: A worker in a process of its own: it asks, and waits for an answer.
WORKER = """
import asyncio, sys
from activities.asking import Asking
from connectors.authority import HttpAuthority
from connectors.signatures import sign, signing_key
from store.database import Database
from store.partners import Partners
from temporalio.testing import ActivityEnvironment
from tests.activities.test_asked_once import ASK
from tests.fakes import FakeStore

async def main(store, url, key):
    ours = signing_key("muster-test", key)
    authority = HttpAuthority("medical", url, idempotent=False, sign=lambda m, body: sign(ours, m, body))
    steps = Asking({"medical": authority}, FakeStore(), Partners(await Database.open(store)))
    await ActivityEnvironment().run(steps.ask_authority, ASK)

asyncio.run(main(*sys.argv[1:]))
"""


async def test_a_worker_killed_while_it_waits_for_the_answer_leaves_one_procedure(
    street: Street, watch: Partners, asking: Steps, tmp_path: Path
) -> None:
    steps = asking()
    words = (f"sqlite+aiosqlite:///{tmp_path}/muster.db", f"{street.base_url}/medical", key_text(MUSTER))
    worker = await asyncio.create_subprocess_exec(sys.executable, "-c", WORKER, *words)
    street.asked = lambda partner, ask: worker.kill()  # the ask is on their desk, its answer on its way
    async with asyncio.timeout(60):
        assert await worker.wait() == -signal.SIGKILL
    assert (street.partners["medical"].procedures, (await watch.tried(ASK.key)).arrived) == ([ASK.key], "maybe")
    asked = await ActivityEnvironment().run(steps.ask_authority, ASK)
    assert (asked.reference, street.partners["medical"].procedures) == ("medical-0001", [ASK.key])


async def test_what_its_answer_is_on_record_for_is_not_sent_at_all(street: Street, asking: Steps) -> None:
    steps = asking("none")
    first = await ActivityEnvironment().run(steps.ask_authority, ASK)
    assert await ActivityEnvironment().run(steps.ask_authority, ASK) == first
    assert street.partners["medical"].procedures == [ASK.key]


async def test_one_that_cannot_be_looked_up_either_is_left_to_a_person(street: Street, asking: Steps) -> None:
    street.partners["medical"].loses = 1
    steps = asking("none")
    with pytest.raises(PartnerUnavailable):
        await ActivityEnvironment().run(steps.ask_authority, ASK)
    with pytest.raises(NotNow) as person:
        await ActivityEnvironment().run(steps.ask_authority, ASK)
    assert (person.value.code, person.value.details["arrived"]) == ("no_look_up", "maybe")
    assert street.partners["medical"].procedures == [ASK.key]


async def test_one_it_never_heard_of_is_asked_again(street: Street, watch: Partners, asking: Steps) -> None:
    steps = asking()
    await watch.begin("medical", ASK.key)  # and the worker died before it sent anything
    await ActivityEnvironment().run(steps.ask_authority, ASK)
    assert street.partners["medical"].procedures == [ASK.key]


async def test_a_door_that_was_never_reached_is_said_to_have_nothing(watch: Partners) -> None:
    nobody = HttpAuthority("medical", "http://127.0.0.1:9", timeout_s=2)
    async with nobody:
        with pytest.raises(PartnerUnavailable) as away:
            await ActivityEnvironment().run(Asking({"medical": nobody}, FakeStore(), watch).ask_authority, ASK)
    assert (away.value.code, away.value.details["arrived"]) == ("unreachable", "no")
    assert (await watch.reaches())["medical"].failures == 1


async def test_a_refusal_is_an_answer_and_ends_the_trouble() -> None:
    watch, authority = FakeWatch(), FakeAuthority(failures=2)
    steps = Asking({"medical": authority}, FakeStore(), watch)
    for _ in range(2):
        with pytest.raises(PartnerUnavailable):
            await ActivityEnvironment().run(steps.ask_authority, ASK)
    assert watch.reaches["medical"].failures == 2
    authority.refuses = True
    with pytest.raises(Refusal):
        await ActivityEnvironment().run(steps.ask_authority, ASK)
    assert watch.reaches["medical"].failures == 0


async def test_while_a_partner_rests_nothing_is_sent_and_its_next_try_is_named() -> None:
    watch, authority = FakeWatch(stopped=True), FakeAuthority(failures=9)
    steps = Asking({"medical": authority}, FakeStore(), watch)
    for _ in range(6):
        with pytest.raises(PartnerUnavailable) as away:
            await ActivityEnvironment().run(steps.ask_authority, ASK)
    assert (authority.failures, away.value.code, away.value.retry_after) == (6, "resting", 30)
