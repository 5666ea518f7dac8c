"""Where walks begin: grounds prepared once per process, so that a walk of forty moves can play at any stage."""

from datetime import timedelta
from functools import cache
from typing import Any

from domain.vacancy import Published
from domain.words import Stage
from tests.machine.ground import Ground
from tests.world import publish

#: How far the first hire of a prepared ground has come; the others follow behind it.
HOW_FAR = (
    "closed",
    "nobody judged",
    "at the selection",
    "decided",
    "asked",
    "offered",
    "signed",
    "on duty",
    "ongoing",
    "fast track",
    "seconded",
    "two nations",
)
MINE = "250442"
#: What is special about the first hire.
WORDS: dict[str, dict[str, Any]] = {"seconded": {"seconded_by": "FR"}, "two nations": {"nations": ["FR", "BE"]}}


@cache
def prepared(how_far: str) -> Ground:
    """Three hires in a competition for two posts, one of them not funded yet, and a second vacancy to be placed in."""
    if how_far == "ongoing":
        return _ongoing()
    if how_far == "fast track":
        return _fast_track()
    ground = Ground([_two_posts(), publish("270311", closes_in=20)])
    words = WORDS.get(how_far, {})
    first, *others = [ground.apply(**words), ground.apply(), ground.apply(nations=["FR"])]
    if how_far == "nobody judged":
        return ground
    ground.close()
    if how_far == "closed":
        ground.apply()  # too late
    ways = {
        "closed": 0,
        "at the selection": 1,
        "decided": 2,
        "asked": 3,
        "seconded": 3,
        "two nations": 3,
        "offered": 4,
        "signed": 5,
        "on duty": 6,
    }
    _go(ground, ways[how_far], first, others)
    return ground


def _go(ground: Ground, far: int, first: str, others: list[str]) -> None:
    if far >= 1:
        for case in (first, *others):
            ground.to_selection(case)
    if far >= 2:
        ground.decide(ground.report((first, "selected"), (others[0], "selected"), (others[1], "reserve")))
    if far >= 3:
        ground.to_conditions(first)
    if far >= 4:
        answer_all(ground, first)
    if far >= 5:
        ground.act(first, "propose_contract")
        ground.act(first, "approve_contract", "hr.head", sha256=ground.hire(first).terms_sha256)
        ground.tell(first, "contract.signed", signed=True, enters_on=_in(ground, 30))
    if far >= 6:
        ground.forward(days=30)
        ground.tell(first, "duty.entered", entered_on=_in(ground, 0))
        ground.pump()


def answer_all(ground: Ground, case: str) -> None:
    """Every authority says yes, whatever it waits for first."""
    for kind in ("clearance.forms_received", "medical.file_received"):
        ground.tell(case, kind)
    ground.answer(case, "clearance", "medical", "verification", "accreditation")
    assert ground.hire(case).stage is Stage.CONTRACT, ground.hire(case).conditions


def _in(ground: Ground, days: int) -> str:
    return (ground.at + timedelta(days=days)).date().isoformat()


def _two_posts() -> Published:
    posts = tuple(p.model_copy(update={"funded": p.id == f"{MINE}-1"}) for p in publish(posts=2).spec.posts)
    return publish(posts_are=posts)


def _ongoing() -> Ground:
    ground = Ground([publish(posts=2, closes_in=None), publish("270311", closes_in=20)])
    first = ground.apply()
    ground.apply(nations=["FR"])
    ground.to_selection(first)
    return ground


def _fast_track() -> Ground:
    ground = Ground([publish("240655"), publish("270311", closes_in=20)])
    first = ground.apply(channel="internal", serving=True)
    second = ground.apply()
    ground.close()
    ground.to_selection(first)
    ground.act(second, "screen", eligible=True)
    return ground


def start(how_far: str) -> Ground:
    return prepared(how_far).copy()
