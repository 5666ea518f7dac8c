"""Balance watch, what goes in: what somebody declared about themselves, and how far each candidate came. Pure.

A declaration is given freely, for these figures alone, with consent; no decision, case, journal or history ever holds one.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

from domain import balance
from domain.deeds import DEEDS
from domain.facts import (
    ApplicationReceived,
    ApplicationReplaced,
    ConditionReplied,
    ConditionRequested,
    DutyEntered,
    EndingReached,
    Entry,
    StageEntered,
)
from domain.words import Condition, Ending, Role, Stage

#: Who turns the watch on or off (one of each) and issues its reports; who may read what was issued.
DECIDERS = DEEDS["approve_balance"].roles
READERS = DECIDERS | {Role.AUDITOR}
#: Nobody selected or rejected them.
NOT_COUNTED = frozenset({Ending.WITHDRAWN, Ending.VACANCY_CANCELLED})
MILESTONES = ("received", "shortlisted", "interviewed", "selected", "entered_on_duty")
_ORDER = list(Stage)
_BEGINS = (Stage.ASSESSMENT, Stage.SELECTION, Stage.OFFER, Stage.PROBATION)
WAITED_FOR = (Condition.CLEARANCE, Condition.MEDICAL, Condition.VERIFICATION)


class Attribute(StrEnum):
    """What a report compares. `waiting` needs no declaration: how long authorities took, by nation."""

    GENDER = "gender"
    NATION = "nation"
    AGE = "age"
    DISABILITY = "disability"
    WAITING = "waiting"


class Declaration(BaseModel):
    """What somebody said about themselves; each part may be left out."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    hire: Annotated[str, Field(pattern=r"^(hire/)?[a-z0-9]{1,40}$")]
    consent: Literal[True]
    gender: Literal["woman", "man", "another"] | None = None
    nation: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] | None = None
    age: Literal["under_30", "30_39", "40_49", "50_and_over"] | None = None
    disability: Literal["yes", "no"] | None = None

    @property
    def case(self) -> str:
        return f"hire/{self.hire.removeprefix('hire/')}"

    def said(self) -> dict[str, str]:
        return self.model_dump(exclude={"hire", "consent"}, exclude_none=True)


#: What a group can be called, apart from nations.
GROUPS_DECLARED = tuple(
    word for name in ("gender", "age", "disability") for word in get_args(get_args(Declaration.model_fields[name].annotation)[0])
)


@dataclass(frozen=True)
class Trace:
    """What of one hire the figures need. `waits`: (condition, nation, how long until the first answer)."""

    candidate: str
    received_at: datetime
    furthest: int
    counts: bool
    waits: tuple[tuple[str, str, timedelta], ...] = ()


def trace(journal: Sequence[Entry]) -> Trace | None:
    """One hire; None for one that was not applied for (a re-use of another's results)."""
    first = journal[0].fact if journal else None
    if not isinstance(first, ApplicationReceived) or first.linked_from is not None:
        return None
    endings = [entry.fact.ending for entry in journal if isinstance(entry.fact, EndingReached)]
    counts = not endings or endings[-1] not in NOT_COUNTED
    return Trace(first.candidate, first.received_at, max(map(_milestone, journal)), counts, tuple(_waits(journal)))


def _milestone(entry: Entry) -> int:
    match entry.fact:
        case DutyEntered():
            return len(MILESTONES) - 1
        case StageEntered(stage=stage):
            return sum(_ORDER.index(stage) >= _ORDER.index(begins) for begins in _BEGINS)
        case _:
            return 0


def _waits(journal: Sequence[Entry]) -> Iterable[tuple[str, str, timedelta]]:
    """From the first request to the first answer, of each condition and nation."""
    nations: tuple[str, ...] = ()
    asked: dict[str, tuple[str, datetime]] = {}
    for entry in journal:
        match entry.fact:
            case ApplicationReceived(nations=said) | ApplicationReplaced(nations=said):
                nations = said or nations
            case ConditionRequested() as x if x.condition in WAITED_FOR:
                asked.setdefault(x.slot, (_nation(x, nations), entry.at))
            case ConditionReplied() as x if x.slot in asked and asked[x.slot][0]:
                nation, since = asked.pop(x.slot)
                asked[x.slot] = ("", since)
                yield str(x.condition), nation, entry.at - since


def _nation(request: ConditionRequested, nations: tuple[str, ...]) -> str:
    """The nation asked; for a condition no nation is asked about, the candidate's first."""
    if request.authority.startswith("nation-"):
        return request.authority.removeprefix("nation-").upper()
    return request.nation or (nations[0] if nations else "")


@dataclass
class Person:
    """One candidate in one report: counted once, however often they applied."""

    furthest: int = 0
    counts: bool = False
    waits: dict[tuple[str, str], timedelta] = field(default_factory=dict)


def people(traces: Iterable[Trace]) -> dict[str, Person]:
    """By candidate: as far as they came in any of these hires, and their first wait of each kind."""
    found: dict[str, Person] = {}
    for each in sorted(traces, key=lambda x: x.received_at):
        person = found.setdefault(each.candidate, Person())
        if each.counts:
            person.counts, person.furthest = True, max(person.furthest, each.furthest)
        for condition, nation, time in each.waits:
            person.waits.setdefault((condition, nation), time)
    return found


def selection(candidates: Mapping[str, Person], said: Mapping[str, str]) -> dict[str, Any]:
    """The figures of one attribute. `said`: what each candidate declared, for those who did; what stands here may be published."""
    counted = {name: person.furthest for name, person in candidates.items() if person.counts}
    totals = balance.tallied((("", far) for far in counted.values()), len(MILESTONES)).get("", (0,) * len(MILESTONES))
    places = balance.steps(totals)
    groups = balance.tallied(((said.get(name, ""), far) for name, far in counted.items()), len(MILESTONES))
    cells = {name: balance.merged(each, places) for name, each in groups.items()}
    whole, unsaid = balance.merged(totals, places), cells.pop("", (0,) * len(places))
    shown = balance.told(cells, unsaid) if len(places) > 1 else {}
    return {"people": len(counted), "steps": [_step(whole, shown, places, n) for n in range(1, len(places))]}


def _step(whole: balance.Cells, shown: Mapping[str, balance.Cells], places: Sequence[int], n: int) -> dict[str, Any]:
    return {
        "from": MILESTONES[places[n - 1]],
        "to": MILESTONES[places[n]],
        "entered": sum(whole[n - 1 :]),
        "passed": sum(whole[n:]),
        "groups": [_rate(each) for each in balance.rates(shown, n)],
    }


def _rate(each: balance.Rate) -> dict[str, Any]:
    return {
        "group": each.group,
        "entered": each.entered,
        "passed": each.passed,
        "rate": round(float(each.rate), 4),
        "ratio": None if each.ratio is None else round(float(each.ratio), 4),
        "below_four_fifths": each.ratio is not None and each.ratio < balance.FOUR_FIFTHS,
        "fisher_p": None if each.p is None else float(f"{each.p:.4g}"),
    }


def waiting(candidates: Mapping[str, Person]) -> dict[str, Any]:
    """How long each condition took, nation by nation."""
    found: dict[str, dict[str, list[timedelta]]] = {str(each): {} for each in WAITED_FOR}
    for person in candidates.values():
        for (condition, nation), time in person.waits.items():
            found[condition].setdefault(nation, []).append(time)
    told = {
        name: {"answers": sum(map(len, nations.values())), "nations": [vars(each) for each in balance.waits(nations)]}
        for name, nations in found.items()
    }
    return {"people": sum(bool(person.waits) for person in candidates.values()), "conditions": told}
