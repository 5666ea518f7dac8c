"""The table of acts: per act, who may, at which stage, with which words, and the facts it leads to."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from domain import facts as f
from domain.acts.rights import entitled
from domain.errors import BadInput, CaseClosed, NotNow
from domain.hire import ConditionNow, HireState
from domain.messages import ActRequest
from domain.moment import Moment
from domain.slots import SLOT
from domain.stages import Facts, unsettled
from domain.waiting import explained
from domain.words import Role, Stage

HR = frozenset({Role.HR_OFFICER, Role.HR_HEAD})
BOARD = frozenset({Role.BOARD_MEMBER, Role.BOARD_CHAIR})


class Args(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


#: A reason is a short code of the catalogue, never free text about a person: it enters the history.
Reason = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_.]{1,63}$")]


def aware(moment: datetime | None) -> datetime | None:
    """A moment without its zone is no moment."""
    if moment is not None and moment.tzinfo is None:
        raise ValueError("a moment needs its zone, as in 2026-03-02T09:00:00+01:00")
    return moment


#: A reference or a code: too narrow a grammar to carry a sentence or a name into a history.
Reference = Annotated[str, Field(pattern=r"^([A-Za-z0-9][A-Za-z0-9._:/-]{0,79})?$")]


#: A condition of appointment; with the nation where it is asked of several: "clearance.fr" beside "clearance".
Slot = Annotated[str, Field(pattern=SLOT)]


class Nothing(Args): ...


Doer = Callable[[HireState, Any, ActRequest, Moment], Facts]


@dataclass(frozen=True)
class Act:
    name: str
    roles: frozenset[Role]
    stages: frozenset[Stage]
    args: type[Args]
    do: Doer
    says: str
    on_hold: Literal[True, False] = False
    after_ending: Literal[True, False] = False
    #: The second pair of eyes, or what makes an adverse matter final: done in person, never by token.
    approval: bool = False
    #: The act that takes this one back, or puts right what was mistyped in it, right after it took effect, with consequences of its own;
    #: empty where none does.
    taken_back_by: str = ""


ANY_STAGE = frozenset(Stage)
ACTS: dict[str, Act] = {}


def act(
    name: str,
    roles: frozenset[Role],
    stages: frozenset[Stage],
    args: type[Args],
    *,
    on_hold: bool = False,
    after_ending: bool = False,
    approval: bool = False,
    taken_back_by: str = "",
) -> Callable[[Doer], Doer]:
    def register(do: Doer) -> Doer:
        says = (do.__doc__ or "").strip().splitlines()[0]
        ACTS[name] = Act(name, roles, stages, args, do, says, on_hold, after_ending, approval, taken_back_by)
        return do

    return register


def check(state: HireState, request: ActRequest) -> Act:
    """The act asked for, if this person may do it to this case now.

    Raises BadInput (unknown act, wrong words), CaseClosed, NotNow (stage, hold), NotAllowed (role). Pure: safe in a validator.
    """
    act = ACTS.get(request.act)
    if act is None:
        raise BadInput(f"there is no act {request.act!r}; known: {', '.join(sorted(ACTS))}", code="unknown_act")
    try:
        act.args.model_validate(request.args)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "arguments"
        raise BadInput(f"{act.name}: {where}: {first['msg']}", code="bad_arguments", field=where) from None
    if (state.over and not state.recall_failed) or (state.stage is None and not (state.ended and act.after_ending)):
        raise _why_not(CaseClosed("the case has ended", code="case_closed"), state, act, request)
    if state.held and not act.on_hold:
        raise _why_not(NotNow("the case is on hold; resume it first", code="on_hold"), state, act, request)
    if state.stage not in act.stages and not state.ended:
        wrong = NotNow(f"{act.name} is not possible at stage {state.stage}", code="wrong_stage", stage=str(state.stage))
        raise _why_not(wrong, state, act, request)
    entitled(act.name, act.roles, request, state.recused)
    return act


def do(state: HireState, request: ActRequest, m: Moment) -> Facts:
    """The facts of an act, or the refusal that says why not. What is done with another one's role says so first."""
    act = check(state, request)
    request = entitled(act.name, act.roles, request, state.recused)
    behalf: Facts = [f.ActedFor(person=request.acting_for)] if request.acting_for else []
    try:
        return [*behalf, *act.do(state, act.args.model_validate(request.args), request, m)]
    except NotNow as refusal:
        raise _why_not(refusal, state, act, request) from None


def _why_not(refusal: NotNow, state: HireState, act: Act, request: ActRequest) -> NotNow:
    """The refusal, telling under `waiting` what stands against the act, who can move it and since when."""
    about = next((str(request.args[word]) for word in ("condition", "about", "deadline") if request.args.get(word)), "")
    return explained(refusal, state, act, ACTS, about)


def allowed(state: HireState, roles: frozenset[Role]) -> list[str]:
    """Names of the acts a person with these roles could try now (their own conditions may still refuse)."""
    if state.over and not state.recall_failed:
        return []
    now = (a for a in ACTS.values() if (a.after_ending if state.ended else state.stage in a.stages and (a.on_hold or not state.held)))
    return sorted(a.name for a in now if a.roles & roles)


def person(request: ActRequest) -> str:
    return f"person:{request.person}"


def all_settled(s: HireState) -> None:
    open_ = unsettled(s)
    if open_:
        raise NotNow(f"not every condition is met: {', '.join(open_)}", code="conditions_open", conditions=open_)


def known(s: HireState, slot: str) -> ConditionNow:
    now = s.conditions.get(slot)
    if now is None:
        raise NotNow(f"this hire has no {slot} condition", code="not_required")
    return now
