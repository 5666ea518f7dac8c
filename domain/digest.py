"""A morning's digest for one member of staff: what needs them, what is due or missed, what was escalated to them, what moved. Pure.

It holds ids, references, names of acts and moments; nothing of a candidate. Nobody with nothing in it is written to.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from domain import facts as f
from domain.agenda import FOLLOWS, AgendaItem
from domain.facts import Entry
from domain.silence import PartnerNow
from domain.words import Role

#: How far ahead a deadline is told, and how far back a move.
AHEAD = timedelta(days=3)
BACK = timedelta(days=1)

Section = Literal["needs", "missed", "due", "escalated", "partners", "moved"]
SECTIONS: tuple[Section, ...] = ("needs", "missed", "due", "escalated", "partners", "moved")


class Item(BaseModel):
    """One line: a need, a deadline or a stage of one case, or a partner that is silent, and when.

    `for_` is whose role it takes; empty: one's own.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    section: Section
    case: str
    vacancy: str
    what: str
    at: datetime | None = None
    zone: str = "UTC"
    for_: str = ""


class Digest(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    person: str
    day: date
    items: tuple[Item, ...]

    @property
    def key(self) -> str:
        """One per person and day, whoever makes it and however often."""
        return f"{prefix(self.person)}{self.day}"


def prefix(person: str) -> str:
    return f"digest/{person}/"


class Case(BaseModel):
    """What of a case a digest needs: its vacancy, its owner, the zone its moments are told in."""

    vacancy: str
    owner: str = ""
    zone: str = "UTC"


class Reader(BaseModel):
    """Who reads it: the roles they may use today by whose they are ("": their own), and whose cases they look after."""

    person: str
    roles: dict[str, frozenset[Role]]
    owners: frozenset[str]

    def whose(self, roles: Iterable[Role]) -> str | None:
        """Whose right allows one of `roles`: their own first; None when nobody's."""
        wanted = set(roles)
        return next((principal for principal, held in sorted(self.roles.items()) if held & wanted), None)


def needed(reader: Reader, case: str, about: Case, need: str, roles: Iterable[Role], at: datetime | None) -> list[Item]:
    """The line of a need of a vacancy or a hire, for who may meet it."""
    whose = reader.whose(roles)
    return [] if whose is None else [Item(section="needs", case=case, what=need, at=at, for_=whose, **_of(about))]


def timed(reader: Reader, items: Iterable[AgendaItem], cases: Mapping[str, Case]) -> list[Item]:
    """The deadlines of parties their roles follow, or of cases they look after, that are missed or near."""
    followed = {str(party) for held in reader.roles.values() for role in held for party in FOLLOWS.get(role, ())}
    found = []
    for item in items:
        about = cases.get(item.case)
        if about is None or not (item.party in followed or about.owner in reader.owners):
            continue
        section: Section = "missed" if item.overdue else "due"
        row: Mapping[str, Any] = item.row
        found.append(Item(section=section, case=item.case, vacancy=about.vacancy, what=item.key, at=item.until, zone=row["zone"]))
    return found


def about_partners(reader: Reader, partners: Iterable[PartnerNow]) -> list[Item]:
    """The partners their desk looks after that are silent, do not answer at their door, or owe answers."""
    found = []
    for each in partners:
        whose = reader.whose([Role(each.owner)])
        told = {"silent": each.silent_since, "failing": each.failing_since, f"overdue.{each.overdue}": each.expected_by}
        said = {"silent": each.silent_since is not None, "failing": each.failing, f"overdue.{each.overdue}": each.overdue > 0}
        if whose is not None:
            found += [
                Item(section="partners", case=f"partner/{each.id}", vacancy="", what=what, at=at, for_=whose)
                for what, at in told.items()
                if said[what]
            ]
    return found


def happened(reader: Reader, entries: Iterable[Entry], cases: Mapping[str, Case], since: datetime, moved_since: datetime) -> list[Item]:
    """What was escalated to a role of theirs since the last digest, and how the cases they look after moved."""
    found: list[Item] = []
    for entry in entries:
        about = cases.get(entry.case)
        if about is None:
            continue
        match entry.fact:
            case f.DeadlineEscalated(key=key, to=to) if entry.at > since and any(to in held for held in reader.roles.values()):
                found.append(Item(section="escalated", case=entry.case, what=key, at=entry.at, **_of(about)))
            case f.StageEntered(stage=stage) if entry.at > moved_since and about.owner in reader.owners:
                found.append(Item(section="moved", case=entry.case, what=str(stage), at=entry.at, **_of(about)))
            case f.EndingReached(ending=ending) if entry.at > moved_since and about.owner in reader.owners:
                found.append(Item(section="moved", case=entry.case, what=str(ending), at=entry.at, **_of(about)))
            case _:
                pass
    return found


def _of(about: Case) -> dict[str, str]:
    return {"vacancy": about.vacancy, "zone": about.zone}


def composed(person: str, day: date, items: Iterable[Item]) -> Digest | None:
    """The digest, section by section, each line once; None where there is nothing to tell."""
    order = {section: n for n, section in enumerate(SECTIONS)}
    no_date = datetime.max.replace(tzinfo=UTC)
    found = sorted(dict.fromkeys(items), key=lambda x: (order[x.section], x.at or no_date, x.case, x.what))
    return Digest(person=person, day=day, items=tuple(found)) if found else None
