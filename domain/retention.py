"""How long what is kept about people is kept, and what of it is due: a schedule by category, held against each case. Pure.

A case as a whole (application, address, everything) falls under one of four categories, by how it ended; its letters and partners'
messages may go earlier, under categories of their own. Nothing of an open case is due, and what a legal hold covers stays.
"""

from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from domain.erasure import Hold
from domain.errors import NotNow
from domain.words import Ending


class Category(StrEnum):
    """What is kept, by what it is kept for. The first four are whole cases, `identity` the person's name and address."""

    UNSUCCESSFUL = "unsuccessful"
    WITHDRAWN = "withdrawn"
    RESERVE_LIST = "reserve_list"
    APPOINTED = "appointed"
    LETTERS = "letters"
    INBOUND = "inbound_payloads"
    CLEARANCE = "clearance_messages"
    MEDICAL = "medical_messages"
    VERIFICATION = "verification_messages"
    BALANCE = "balance_data"
    UNROUTED = "unrouted_events"
    READS = "staff_reads"
    IDENTITY = "identity"


WHOLE = (Category.UNSUCCESSFUL, Category.WITHDRAWN, Category.RESERVE_LIST, Category.APPOINTED)
PIECES = (Category.LETTERS, Category.INBOUND, Category.CLEARANCE, Category.MEDICAL, Category.VERIFICATION, Category.BALANCE)
#: Which whole category an ending falls under; every other ending is `unsuccessful`.
BY_ENDING: Mapping[Ending, Category] = {
    Ending.WITHDRAWN: Category.WITHDRAWN,
    Ending.CONDITIONAL_OFFER_DECLINED: Category.WITHDRAWN,
    Ending.CONTRACT_DECLINED: Category.WITHDRAWN,
    Ending.PLACED_ELSEWHERE: Category.WITHDRAWN,
    Ending.RESERVE_LAPSED: Category.RESERVE_LIST,
    Ending.APPOINTED_AND_CONFIRMED: Category.APPOINTED,
    Ending.PROBATION_NOT_CONFIRMED: Category.APPOINTED,
}
State = Literal["open", "not_yet", "held", "unsent", "due", "kept"]
Trigger = Literal["case_over", "reserve_list_over", "received", "look"]
TRIGGERS: Mapping[Category, Trigger] = {
    Category.RESERVE_LIST: "reserve_list_over",
    Category.UNROUTED: "received",
    Category.READS: "look",
}
#: A schedule may be silent about these: one confirmed before there was a rule for events without a case still says what it said.
OPTIONAL = (Category.IDENTITY, Category.UNROUTED)


class Rule(BaseModel):
    """How long one category is kept after its trigger, on what basis, and what then becomes of it.

    `erase` takes the keys of the case's history and log entries too; `anonymise` leaves them, so that an auditor can still open what
    names nobody any more. `keep`, without a period, is for the record of who looked alone.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    months: Annotated[int, Field(ge=0, le=600)] = 0
    days: Annotated[int, Field(ge=0, le=3660)] = 0
    trigger: Trigger
    basis: Annotated[str, Field(min_length=3, max_length=300)]
    action: Literal["erase", "anonymise", "keep"] = "erase"

    def due(self, since: date) -> date:
        """The first day on which it is no longer kept."""
        return months_after(since, self.months) + timedelta(days=self.days)


class Schedule(BaseModel):
    """The retention schedule. While `confirmed_by` is empty its periods are examples, and nothing is carried out under it."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    version: Annotated[str, Field(pattern=r"^[0-9A-Za-z][0-9A-Za-z._-]{0,39}$")]
    confirmed_by: Annotated[str, Field(pattern=r"^([A-Za-z0-9][A-Za-z0-9:._-]{0,63})?$")] = ""
    confirmed_on: date | None = None
    categories: dict[Category, Rule]

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if objections := [*self._objections()]:
            raise ValueError("; ".join(objections))
        return self

    def _objections(self) -> Iterator[str]:
        wanted = [each for each in Category if each not in OPTIONAL]
        if missing := [str(each) for each in wanted if each not in self.categories]:
            yield f"no period for {', '.join(missing)}"
        if Category.IDENTITY in self.categories:
            yield "identity has no period of its own: a name and an address go with the last case"
        if bool(self.confirmed_by) != (self.confirmed_on is not None):
            yield "confirmed_by and confirmed_on go together"
        for category, rule in self.categories.items():
            if (rule.action == "keep") != (category is Category.READS):
                yield f"{category}: its action is {'keep' if category is Category.READS else 'erase or anonymise'}"
            if (rule.months + rule.days == 0) != (rule.action == "keep"):
                yield f"{category}: {'what is kept has no period' if rule.action == 'keep' else 'a period needs months or days'}"
            if rule.trigger != (right := TRIGGERS.get(category, "case_over")):
                yield f"{category}: its trigger is {right}"
        yield from self._too_long()

    def _too_long(self) -> Iterator[str]:
        """Everything of a case goes with it: a longer period for a part of it would be a promise nobody keeps."""
        day = date(2001, 1, 31)
        for piece in PIECES:
            for whole in WHOLE:
                if piece in self.categories and whole in self.categories:
                    part, case = self.categories[piece], self.categories[whole]
                    if part.due(day) > case.due(day):
                        yield f"{piece} is kept longer than {whole}, and goes with it at the latest"

    def check_confirmed(self) -> None:
        """Raise NotNow while the periods are examples."""
        if not self.confirmed_by:
            said = "the periods are examples: the data protection officer confirms them first (confirmed_by, confirmed_on in the schedule)"
            raise NotNow(said, code="retention_unconfirmed")


@dataclass(frozen=True)
class Kept:
    """One case as far as retention looks at it. `over` None: it is open. `rows`: how many personal rows of each part
    there are, beside the applications."""

    case: str
    candidate: str
    vacancy: str
    ending: Ending | None = None
    over: date | None = None
    listed_until: date | None = None
    unsent: int = 0
    applications: int = 0
    rows: Mapping[Category, int] = field(default_factory=dict)
    looks: int = 0


@dataclass(frozen=True)
class Stray:
    """A partner's event that found no case, with its bytes. `subject`: whom it was for. `proposed`: somebody is about to decide on it."""

    event: str
    subject: str
    received: date
    proposed: bool = False


@dataclass(frozen=True)
class Item:
    """What is to be said of one part of one case: how it stands, since which day it is due, why it is not carried out."""

    category: Category
    case: str
    candidate: str
    rows: int
    state: State
    due: date | None = None
    why: str = ""


def judge(schedule: Schedule, cases: Sequence[Kept], holds: Mapping[str, Sequence[Hold]], today: date) -> list[Item]:
    """Everything of one person. `holds`: those on the person (under the candidate's id) and on each case, its vacancy's among them.

    The name and address are due with the last case: while another one needs them they stay.
    """
    found: list[Item] = []
    wholes: list[Item] = []
    for case in cases:
        standing = [h for key in (case.candidate, case.case) for h in holds.get(key, ()) if h.stands(today)]
        whole = _whole(schedule, case, standing, today)
        wholes.append(whole)
        found += [whole, *_pieces(schedule, case, standing, today), *_looks(case)]
    if wholes and all(item.state == "due" for item in wholes):
        last = max((item.due for item in wholes if item.due), default=None)
        found.append(Item(Category.IDENTITY, "", cases[0].candidate, 1, "due", last))
    return found


def judge_strays(schedule: Schedule, strays: Sequence[Stray], holds: Mapping[str, Sequence[Hold]], today: date) -> list[Item]:
    """Events without a case, by the day they came. Never due where the schedule has no period for them, or while a proposal waits.

    `holds`: those on what they were for, which may be a vacancy.
    """
    return [_stray(schedule.categories.get(Category.UNROUTED), stray, holds.get(stray.subject, ()), today) for stray in strays]


def _stray(rule: Rule | None, stray: Stray, holds: Sequence[Hold], today: date) -> Item:
    due = rule.due(stray.received) if rule and not stray.proposed else None
    standing = [hold for hold in holds if hold.stands(today)]
    return _item(Category.UNROUTED, Kept(f"event/{stray.event}", "", ""), 1, due, standing, today)


def whole_of(case: Kept) -> Category:
    """Which of the four a case falls under."""
    return BY_ENDING.get(case.ending, Category.UNSUCCESSFUL) if case.ending else Category.UNSUCCESSFUL


def _whole(schedule: Schedule, case: Kept, holds: Sequence[Hold], today: date) -> Item:
    category, rows = whole_of(case), case.applications + sum(case.rows.values())
    since = case.over
    if since is not None and category is Category.RESERVE_LIST:
        since = max(since, case.listed_until or since)
    return _item(category, case, rows, schedule.categories[category].due(since) if since else None, holds, today)


def _pieces(schedule: Schedule, case: Kept, holds: Sequence[Hold], today: date) -> Iterable[Item]:
    for category in PIECES:
        if rows := case.rows.get(category, 0):
            due = schedule.categories[category].due(case.over) if case.over else None
            yield _item(category, case, rows, due, holds, today)


def _looks(case: Kept) -> Iterable[Item]:
    """Who looked is part of the record, which the database lets nobody take from; it is told, and stays."""
    if case.looks:
        yield Item(Category.READS, case.case, case.candidate, case.looks, "kept")


def _item(category: Category, case: Kept, rows: int, due: date | None, holds: Sequence[Hold], today: date) -> Item:
    state: State = "due"
    why = ""
    if due is None:
        state = "open"
    elif today < due:
        state = "not_yet"
    elif holds:
        state, why = "held", ", ".join(f"{hold.hold} ({hold.reason})" for hold in holds)
    elif case.unsent:
        state = "unsent"
    return Item(category, case.case, case.candidate, rows, state, due, why)


def months_after(day: date, months: int) -> date:
    """The same day some months later; the last of the month where it has no such day."""
    year, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + year, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))
