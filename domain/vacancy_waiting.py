"""What a vacancy waits for: each open matter, who can move it, since when, until when. Answered as for a hire (`waiting`)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import Protocol

from domain.facts import Entry
from domain.vacancy import VacancyState
from domain.waiting import Wait
from domain.words import Party, PostState, Role

#: What a matter of a vacancy can be; `waiting.code.vacancy.<code>` in the catalogue. Those a person must do are called like the act.
VACANCY_CODES = (
    "resume",
    "decide_report",
    "decide_post",
    "ask_by_hand",
    "confirm_list_lapse",
    "call",
    "closing",
    "report",
    "money",
    "reserved",
    "unclaimed",
    "kept",
    "list",
)


class Right(Protocol):
    """An act on a vacancy, as far as this asks: `domain.competition.Act` fits."""

    @property
    def roles(self) -> frozenset[Role]: ...


@dataclass(frozen=True)
class VacancyWhy:
    reference: str
    status: str
    waits: tuple[Wait, ...]


def vacancy_why(journal: Sequence[Entry], rights: Mapping[str, Right]) -> VacancyWhy:
    """Why a vacancy waits, from its journal; each matter since the step from which it has been open without a break."""
    state = VacancyState()
    waits: tuple[Wait, ...] = ()
    since: dict[tuple[str, str], datetime | None] = {}
    for _, step in groupby(journal, lambda entry: entry.step):
        for entry in step:
            state.apply(entry)
        waits = tuple(matters(state, rights))
        since = {(w.code, w.about): since.get((w.code, w.about)) or state.last_at for w in waits}
    dated = tuple(replace(w, since=since[w.code, w.about]) for w in waits)
    return VacancyWhy(state.reference, "suspended" if state.suspended else state.status, dated)


def matters(state: VacancyState, rights: Mapping[str, Right]) -> Iterator[Wait]:
    """What is open, what a person must do first. Nothing for a vacancy that is over."""
    for need in state.needs():
        name, _, about = need.partition(":")
        right = rights.get(name)
        yield _wait(name, about, tuple(str(role) for role in Role if right and role in right.roles))
    if not state.over and not state.suspended:
        yield from _of_the_competition(state)
        yield from _of_the_posts(state)


def _of_the_competition(state: VacancyState) -> Iterator[Wait]:
    if state.status == "published" and state.closes_at is not None:
        yield _wait("closing", until=state.closes_at)
    elif not state.rounds and state.report_state != "submitted":
        yield _wait("report", who=(str(Role.BOARD_CHAIR),))
    for hire, until in sorted(state.kept.items()):
        yield _wait("kept", hire, (str(Role.HR_HEAD), str(Role.APPOINTING_AUTHORITY)), until)
    if state.listed and not state.open_posts and not state.list_expired:
        ends = state.list_deadline
        yield _wait("list", until=ends.due_at if ends else None)


def _of_the_posts(state: VacancyState) -> Iterator[Wait]:
    for post in state.posts.values():
        open_ = post.state in (PostState.OPEN, PostState.RESERVED)
        if open_ and not post.funded and post.id in state.budget_asked and post.id not in state.budget_decided:
            yield _wait("money", post.id, (str(Party.BUDGET_AUTHORITY),))
        if post.state is PostState.RESERVED:
            yield replace(_wait("reserved", post.id), names=(post.hire or "",))
        if post.state is PostState.OPEN and state.rounds and not state.listed:
            yield _wait("unclaimed", post.id, (str(Party.HR),))


def _wait(code: str, about: str = "", who: tuple[str, ...] = (), until: datetime | None = None) -> Wait:
    return Wait(f"vacancy.{code}", about, who, until=until)
