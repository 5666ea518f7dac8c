"""The reserve lists: who is on one, who may be called to which post, and calling them; each as far as the reader may see."""

import re
from typing import Any

import pytest

from acts.desk import Desk
from console.pages.reserve import wave
from domain.errors import NotNow
from domain.looking import Category
from domain.messages import Receipt
from store.database import Database, migrate
from tests.console.conftest import Console, opened_on
from tests.gateway.api.conftest import staffed
from tests.gateway.api.played import NAME, put
from tests.store.making import NOON
from tests.world import World, publish

LIST, ACTS_AT = "/reserve/250442", "/vacancies/250442"


class Told(Desk):
    """A desk that keeps what it is asked to do, and answers as it is told."""

    done: list[tuple[Any, ...]]
    answer: Exception | None = None

    async def vacancy_act(
        self, person: str, reference: str, act: str, args: dict[str, Any], request: str | None = None, version: int | None = None
    ) -> Receipt:
        self.done.append((person, reference, act, args, version))
        if self.answer is not None:
            raise self.answer
        return Receipt(case=f"vacancy/{reference}", number=99)


@pytest.fixture
async def listed(tmp_path: Any) -> Any:
    """A competition with one open post and three people on the list."""
    url = f"sqlite+aiosqlite:///{tmp_path / 'muster.db'}"
    await migrate(url)
    db = await Database.open(url)
    await staffed(db)
    try:
        await put(db, listing())
        yield opened_on(db)
    finally:
        await db.close()


def listing() -> World:
    """One selected, three on the list, one post open; each was interviewed at an hour of their own."""
    world = World([publish(posts=2)])
    cases = [world.apply() for _ in range(4)]
    world.close()
    for case in cases:
        world.to_selection(case)
        world.forward(hours=2)
    world.decide(world.report((cases[0], "selected"), *((case, "reserve") for case in cases[1:])))
    return world


@pytest.fixture
def told(listed: Console) -> Told:
    desk = Told(listed.db)
    desk.done = []

    async def acting() -> Desk:
        return desk

    object.__setattr__(listed.reception, "acting", acting)
    return desk


async def test_the_lists_are_told_with_their_people_and_their_end(listed: Console) -> None:
    text = (await (await listed.as_("hr_officer")).get("/reserve")).text
    assert f'<a href="{LIST}">250442</a>' in text
    assert re.search(r'<td class="number">3</td>\s*<td class="number">1</td>', text)
    assert "days left" in text
    assert 'role="img"' in text


async def test_where_nobody_is_listed_that_is_said(console: Console) -> None:
    assert "Nobody is on a reserve list." in (await (await console.as_("hr_officer")).get("/reserve")).text


async def test_people_stand_in_the_order_of_the_list_with_their_names_for_who_deals_with_people(listed: Console) -> None:
    text = (await (await listed.as_("hr_officer")).get(LIST)).text
    order = [each.hire for each in (await listed.desk.reserve.of("250442")).state.listed]
    assert re.findall(r'data-key="(hire/[a-z0-9]+)"', text) == order
    assert NAME in text
    assert NAME not in (await (await listed.as_("auditor")).get(LIST)).text
    assert NAME not in (await (await listed.as_("board_chair")).get(LIST)).text


async def test_reading_their_applications_is_on_record(listed: Console) -> None:
    (first, *_) = (await listed.desk.reserve.of("250442")).state.listed
    for person in ("auditor", "hr_officer"):
        await (await listed.as_(person)).get(LIST)
    looks = [(row["reader"], row["what"]) for row in await listed.desk.who_looked(first.hire)]
    assert looks == [("person:hr_officer", [str(Category.APPLICATION)])]


async def test_a_match_says_rule_by_rule_who_may_be_called(listed: Console) -> None:
    state = (await listed.desk.reserve.of("250442")).state
    (post,) = state.open_posts
    text = (await (await listed.as_("hr_officer")).get(f"{LIST}?post={post.id}")).text
    first, second, _ = state.listed
    assert "Next in rank" in text
    for hire, words in ((first.hire, "Call"), (second.hire, "Call, with a reason")):
        assert re.search(rf'/vacancies/250442/acts/call\?hire={hire}&amp;post={post.id}">{words}<', text)
    assert "/acts/" not in (await (await listed.as_("auditor")).get(f"{LIST}?post={post.id}")).text


async def test_a_call_is_shown_with_the_name_and_asked_of_the_vacancy(listed: Console, told: Told) -> None:
    state = (await listed.desk.reserve.of("250442")).state
    hire, post = state.listed[0].hire, state.open_posts[0].id
    browser = await listed.as_("hr_officer")
    path = f"{ACTS_AT}/acts/call"
    page = (await browser.get(f"{path}?hire={hire}&post={post}")).text
    assert NAME in page
    kept = dict(re.findall(r'name="(csrf|version|request)" value="([^"]+)"', page))
    given = kept | {"hire": hire, "post": post, "reason": "next_in_rank"}
    preview = await browser.post(path, given | {"step": "preview"})
    assert (preview.status_code, told.done) == (200, [])
    answer = await browser.post(path, given | {"step": "confirm"})
    assert (answer.status_code, answer.headers["location"]) == (303, f"{LIST}?done=99")
    assert told.done == [("hr_officer", "250442", "call", {"hire": hire, "post": post, "reason": "next_in_rank"}, state.number)]


async def test_what_the_vacancy_refuses_is_said_and_nothing_typed_is_lost(listed: Console, told: Told) -> None:
    told.answer = NotNow("a list is extended at most twice", code="extended_twice")
    browser = await listed.as_("hr_head")
    page = (await browser.get(f"{ACTS_AT}/acts/extend_list")).text
    kept = dict(re.findall(r'name="(csrf|version|request)" value="([^"]+)"', page))
    answer = await browser.post(f"{ACTS_AT}/acts/extend_list", kept | {"days": "90", "reason": "list_needed", "step": "confirm"})
    assert answer.status_code == 409
    assert "a list is extended at most twice" in answer.text
    assert 'value="90"' in answer.text


async def test_only_who_may_call_is_shown_the_form(listed: Console) -> None:
    for person in ("auditor", "board_chair", "medical_advisers_office"):
        assert (await (await listed.as_(person)).get(f"{ACTS_AT}/acts/call")).status_code == 403
    assert (await (await listed.as_("hr_officer")).get(f"{ACTS_AT}/acts/cancel_vacancy")).status_code == 404


def test_the_wave_adds_up_the_lists_of_a_month() -> None:
    rows = [{"due_at": NOON, "people": 3}, {"due_at": NOON.replace(day=30), "people": 4}, {"due_at": NOON.replace(month=5), "people": 1}]
    found = wave([*rows, {"due_at": None, "people": 9}], "Europe/Brussels")
    assert [(each["month"].month, each["lists"], each["people"]) for each in found] == [(3, 2, 7), (5, 1, 1)]
