"""A case that waits for its request to be put, because the partner's door does not answer: said beside what it waits for. Pure."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from domain.hire import HireState
from domain.reach import Door, Reach
from domain.waiting import Wait, Why


def with_doors(why: Why, state: HireState, reaches: Mapping[str, Reach], now: datetime) -> Why:
    """The answer, with each partner that does not answer after the request that waits for it: since when, and the next try."""
    waits: list[Wait] = []
    for wait in why.waits:
        waits.append(wait)
        reach = reaches.get(_asked_of(state, wait))
        if reach is not None and reach.door(now) is not Door.ANSWERING:
            waits.append(Wait("partner_away", reach.partner, (), reach.failing_since, until=_next(reach, now)))
    return replace(why, waits=tuple(waits))


def _asked_of(state: HireState, wait: Wait) -> str:
    """The partner a request is on its way to; empty for any other matter."""
    if wait.code != "asking":
        return ""
    slot = state.conditions.get(wait.about)
    return slot.authority if slot else wait.about


def _next(reach: Reach, now: datetime) -> datetime | None:
    later = [at for at in (reach.next_try, reach.probe_until) if at and at > now]
    return min(later, default=None)
