"""Whether somebody on a list may be called to a post, rule by rule: the rules by which `call` refuses (`listing.py`), and no score.

Some rules nobody can set aside: the post is open, no review keeps it, the list is valid. The others may be departed from with a reason
of its own, which is then on record: the person is not available, declined this very post, or somebody comes before.
"""

from dataclasses import dataclass
from datetime import datetime

from domain.competition.listing import in_order, valid_at
from domain.vacancy import Listed, VacancyState
from domain.words import PostState

#: About the post and the list, the same for everybody; then about the person.
OF_THE_POST = ("post_open", "not_kept", "list_valid")
OF_THE_PERSON = ("available", "not_declined", "next_in_rank")


@dataclass(frozen=True)
class Match:
    """One person and one post. `met` says of every rule whether it holds; `before` is who comes first, if that is somebody else."""

    hire: str
    post: str
    met: dict[str, bool]
    before: str = ""

    @property
    def verdict(self) -> str:
        """ "call": the next to be called; "with_reason": a call departs from a rule and says why; "no": nobody may call them to it."""
        if not all(self.met[rule] for rule in OF_THE_POST):
            return "no"
        return "call" if self.met["next_in_rank"] else "with_reason"


def matches(state: VacancyState, post: str, at: datetime) -> list[Match]:
    """Everybody on the list held against a post of the vacancy, in the order of the list."""
    there = state.posts.get(post)
    shared = {
        "post_open": there is not None and there.state is PostState.OPEN,
        "not_kept": state.spare > 0,
        "list_valid": valid_at(state, at),
    }
    first = next(iter(in_order(state, post)), None)
    return [_match(listed, post, shared, first) for listed in state.listed]


def _match(listed: Listed, post: str, shared: dict[str, bool], first: Listed | None) -> Match:
    own = {
        "available": listed.available,
        "not_declined": post not in listed.declined,
        "next_in_rank": first is not None and first.hire == listed.hire,
    }
    before = first.hire if first is not None and first.hire != listed.hire else ""
    return Match(listed.hire, post, {**shared, **own}, before)
