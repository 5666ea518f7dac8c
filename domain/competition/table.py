"""The table of acts on a vacancy: per act, who may, with which words, and what it leads to. A hire's own table is `domain.acts`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from domain import facts as f
from domain.acts.rights import entitled
from domain.acts.table import Args
from domain.competition.turnout import Competition, Earlier, Rival, Turnout
from domain.errors import BadInput, NotNow, VacancyClosed
from domain.messages import ActRequest
from domain.moment import Moment
from domain.vacancy import VacancyState
from domain.words import Role

Doer = Callable[[Competition, Any, ActRequest], Turnout]
#: Refuses by what the state alone says, so that it can be asked before anything is written.
Guard = Callable[[VacancyState, Any, ActRequest], None]


@dataclass(frozen=True)
class Act:
    name: str
    roles: frozenset[Role]
    args: type[Args]
    do: Doer
    says: str
    guard: Guard | None = None
    suspended: bool = False  # possible although the vacancy is suspended
    approval: bool = False  # as of a hire's acts: the second pair of eyes, never by token
    taken_back_by: str = ""  # as of a hire's acts


ACTS: dict[str, Act] = {}


def act(
    name: str,
    roles: frozenset[Role],
    args: type[Args],
    guard: Guard | None = None,
    *,
    suspended: bool = False,
    approval: bool = False,
    taken_back_by: str = "",
) -> Callable[[Doer], Doer]:
    def register(do: Doer) -> Doer:
        ACTS[name] = Act(name, roles, args, do, (do.__doc__ or "").strip().splitlines()[0], guard, suspended, approval, taken_back_by)
        return do

    return register


def check(state: VacancyState, request: ActRequest) -> Act:
    """The act asked for, if this person may do it now. Raises BadInput, VacancyClosed, NotAllowed, FourEyes, NotNow. Pure."""
    act = ACTS.get(request.act)
    if act is None:
        raise BadInput(f"there is no act {request.act!r} on a vacancy; known: {', '.join(sorted(ACTS))}", code="unknown_act")
    try:
        args = act.args.model_validate(request.args)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise BadInput(f"{act.name}: {where}: {first['msg']}", code="bad_arguments", field=where) from None
    if state.over:
        raise VacancyClosed(f"vacancy {state.reference} is {state.status}", code="vacancy_over")
    allowed = entitled(act.name, act.roles, request)
    if state.suspended and not act.suspended:
        raise NotNow("the vacancy is suspended; resume it first", code="suspended")
    if act.guard is not None:
        act.guard(state, args, allowed)
    return act


def do(state: VacancyState, request: ActRequest, rivals: Sequence[Rival], m: Moment, earlier: Earlier | None = None) -> Turnout:
    """What an act leads to. `rivals` are all hires of this vacancy as the read model has them; `earlier` is the hire a re-use is about."""
    act = check(state, request)
    allowed = entitled(act.name, act.roles, request)
    out = act.do(Competition(state, rivals, m, earlier), act.args.model_validate(request.args), allowed)
    if allowed.acting_for:  # what is done with another one's role says so first
        out.facts.insert(0, f.ActedFor(person=allowed.acting_for))
    return out
