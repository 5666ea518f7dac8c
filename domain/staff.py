"""The people who act: who is away, who stands in for whom, as the fold of a journal of their own (`recruitment.md` §2).

A delegation gives one's own roles to another person for a time; an absence may name a deputy, who gets all of them. Roles that
were themselves given are not passed on: behind every act stand at most two people, and both are named in the journal.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

from pydantic import BaseModel, Field

from domain import facts as f
from domain.errors import BadInput, NotAllowed, NotFound
from domain.facts import Entry
from domain.words import Role

#: An absence or a delegation longer than this is a slip of the pen: a role that changes hands for good is entered as such.
LONGEST = timedelta(days=366)

Staffing = Mapping[str, tuple[str, ...]]


class Given(BaseModel):
    """Roles of one person that another one may use, from one day to another, both included; empty `roles` means all of them."""

    number: int
    to: str
    roles: tuple[str, ...]
    starts_on: date
    ends_on: date

    def on(self, day: date) -> bool:
        return self.starts_on <= day <= self.ends_on


class StaffState(BaseModel):
    """One person of the staff now: `fold(its journal)`."""

    person: str = ""
    number: int = 0
    absences: dict[int, f.AbsenceEntered] = Field(default_factory=dict)
    given: dict[int, Given] = Field(default_factory=dict)
    seen_steps: set[str] = Field(default_factory=set)

    def apply(self, entry: Entry) -> None:
        self.number, self.person = entry.number, entry.case.removeprefix("staff/")
        self.seen_steps.add(entry.step)
        match entry.fact:
            case f.AbsenceEntered() as fact:
                self.absences[entry.number] = fact
                if fact.deputy:
                    self.given[entry.number] = _given(entry.number, fact.deputy, (), fact)
            case f.RolesDelegated() as fact:
                self.given[entry.number] = _given(entry.number, fact.to, fact.roles, fact)
            case f.StaffNoteRevoked(note=note):
                self.absences.pop(note, None)
                self.given.pop(note, None)
            case _:
                pass

    def absent_on(self, day: date) -> bool:
        return any(a.starts_on <= day <= a.ends_on for a in self.absences.values())


def _given(number: int, to: str, roles: tuple[str, ...], fact: f.AbsenceEntered | f.RolesDelegated) -> Given:
    return Given(number=number, to=to, roles=roles, starts_on=fact.starts_on, ends_on=fact.ends_on)


def fold(entries: Iterable[Entry]) -> StaffState:
    """The state of a member of staff is their journal, nothing else."""
    state = StaffState()
    for entry in entries:
        state.apply(entry)
    return state


# ---- who may act for whom --------------------------------------------------------------------------------------------------


def stands_in(person: str, day: date, states: Iterable[StaffState], staffing: Staffing) -> dict[str, tuple[str, ...]]:
    """Whose roles `person` may use on `day`: principal -> roles. `staffing` is everybody's own roles: one lost is lost to the deputy."""
    found: dict[str, set[str]] = {}
    for state in states:
        own = set(staffing.get(state.person, ()))
        for given in state.given.values():
            if given.to == person and given.on(day):
                found.setdefault(state.person, set()).update(own & set(given.roles) if given.roles else own)
    return {principal: tuple(sorted(roles)) for principal, roles in sorted(found.items()) if roles}


def away(day: date, states: Iterable[StaffState]) -> frozenset[str]:
    """Who is absent on that day."""
    return frozenset(state.person for state in states if state.absent_on(day))


# ---- entering it -----------------------------------------------------------------------------------------------------------


def enter_absence(
    person: str, by: str, by_roles: Sequence[str], starts_on: date, ends_on: date, deputy: str, today: date
) -> f.AbsenceEntered:
    """An absence, entered by the person or by the head of HR. Raises BadInput, NotAllowed."""
    _may_enter(person, by, by_roles)
    _span(starts_on, ends_on, today)
    _somebody_else(person, deputy)
    return f.AbsenceEntered(starts_on=starts_on, ends_on=ends_on, deputy=deputy)


def delegate(
    person: str,
    by: str,
    by_roles: Sequence[str],
    to: str,
    roles: Sequence[str],
    own: Sequence[str],
    starts_on: date,
    ends_on: date,
    today: date,
) -> f.RolesDelegated:
    """Give some of one's own roles to another person for a time. Raises BadInput, NotAllowed."""
    _may_enter(person, by, by_roles)
    _span(starts_on, ends_on, today)
    if not to:
        raise BadInput("a delegation names the person it goes to", code="bad_arguments", field="to")
    _somebody_else(person, to)
    if foreign := sorted(set(roles) - set(own)):
        held = ", ".join(sorted(own))
        raise BadInput(f"{person} can only give roles of their own ({held}), not {', '.join(foreign)}", code="not_own_role", field="roles")
    if not roles:
        raise BadInput("a delegation names the roles it gives", code="bad_arguments", field="roles")
    return f.RolesDelegated(to=to, roles=tuple(sorted(roles)), starts_on=starts_on, ends_on=ends_on)


def revoke(state: StaffState, note: int, by: str, by_roles: Sequence[str]) -> f.StaffNoteRevoked:
    """Take back an absence or a delegation by its number. Raises NotFound, NotAllowed."""
    _may_enter(state.person, by, by_roles)
    if note not in state.absences and note not in state.given:
        known = ", ".join(str(n) for n in sorted({*state.absences, *state.given})) or "none"
        raise NotFound(f"{state.person} has no absence or delegation {note}; there are: {known}", code="unknown_note")
    return f.StaffNoteRevoked(note=note)


def _may_enter(person: str, by: str, by_roles: Sequence[str]) -> None:
    if by != person and Role.HR_HEAD not in by_roles:
        raise NotAllowed("absences and delegations are entered by the person concerned or by the head of HR", code="wrong_role")


def _span(starts_on: date, ends_on: date, today: date) -> None:
    if ends_on < starts_on:
        raise BadInput(f"it ends ({ends_on}) before it begins ({starts_on})", code="bad_arguments", field="ends_on")
    if ends_on < today:
        raise BadInput(f"it would be over already ({ends_on})", code="bad_arguments", field="ends_on")
    if ends_on - starts_on > LONGEST:
        raise BadInput("at most a year at a time", code="bad_arguments", field="ends_on")


def _somebody_else(person: str, other: str) -> None:
    if other == person:
        raise BadInput("nobody stands in for themselves", code="bad_arguments", field="to")
