"""Hires already in flight elsewhere, begun here: what a row must fit, and the facts its case begins with. Pure.

A case begins at one stage, with the facts of what was decided before, marked as imported. Its deadlines start at the import, and its
age is counted from there. What happened elsewhere is told to nobody again: no letter, and no event but the stage it stands at.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from domain import facts as f
from domain.attention import decision_clocks
from domain.conditions import TABLE
from domain.deadlines import is_late
from domain.facts import Entry
from domain.hire import HireState
from domain.importing_file import Met, Mistake, Row
from domain.moment import Moment
from domain.nations import eligible_first, eligible_on
from domain.reentry import HOLDING
from domain.slots import condition_of, nation_of
from domain.stages import Facts, enter
from domain.words import Condition, Outcome, PostState, Stage

#: The reason code of what was decided elsewhere, and the reference of what was answered there without one.
IMPORTED = "imported"

_ORDER = {stage: n for n, stage in enumerate(Stage)}


@dataclass(frozen=True)
class Ledger:
    """One post of the vacancy as it stands now."""

    state: PostState
    funded: bool


@dataclass(frozen=True)
class Origin:
    """Where an imported case comes from, and under which ids it is kept here."""

    file_sha256: str
    imported_by: str
    case: str = "hire/new"
    candidate: str = "new"
    application: str = "new"


def objections(row: Row, m: Moment, posts: Mapping[str, Ledger], hr: Iterable[str]) -> list[Mistake]:
    """Everything about a row that does not fit its vacancy; empty when it can begin. `hr` may own cases."""
    found = [*_received(row, m), *_post(row, posts), *_entry(row, m)]
    if row.owner and row.owner not in set(hr):
        found.append(("owner", "somebody of HR, as `muster staff list` names them"))
    return [Mistake(row.line, column, right) for column, right in [*found, *_conditions(row, m, posts)]]


Wrong = list[tuple[str, str]]


def _received(row: Row, m: Moment) -> Wrong:
    if row.received_at > m.at:
        return [("received_at", "a moment in the past")]
    if is_late(row.received_at, m.published.closes_at):
        return [("received_at", "a moment before the vacancy closed; a late application is not imported")]
    return []


def _post(row: Row, posts: Mapping[str, Ledger]) -> Wrong:
    if row.stage not in HOLDING:
        return [("post", f"nothing at {row.stage}: a post is reserved from the conditional offer on")] if row.post else []
    post = posts.get(row.post)
    if post is None:
        return [("post", f"the post the hire holds at {row.stage}: one of {', '.join(sorted(posts))}")]
    if post.state is not PostState.OPEN:
        return [("post", f"an open post; this one is {post.state}")]
    if not post.funded and row.stage in (Stage.CONTRACT, Stage.ENTRY):
        return [("post", "a funded post: a contract is not offered on another")]
    return []


def _entry(row: Row, m: Moment) -> Wrong:
    if row.stage is not Stage.ENTRY:
        return [("enters_on", f"nothing at {row.stage}: the day is agreed with the contract")] if row.enters_on else []
    if row.enters_on is None or row.enters_on < m.at.date():
        return [("enters_on", "the agreed day of entry, today or later; who is on duty is not imported")]
    return []


def _conditions(row: Row, m: Moment, posts: Mapping[str, Ledger]) -> Wrong:
    if _ORDER[row.stage] < _ORDER[Stage.CONDITIONS]:
        return [("conditions", f"nothing at {row.stage}: they are asked for after the conditional offer")] if row.conditions else []
    slots = [fact.slot for fact in _opened(row, m, funded=_funded(row, posts)) if isinstance(fact, f.ConditionOpened)]
    given = {met.slot for met in row.conditions}
    wrong: Wrong = [("conditions", f"{slot} is not needed here; needed: {', '.join(slots)}") for slot in sorted(given) if slot not in slots]
    wrong += [("conditions", text) for met in row.conditions if (text := _not_met(met, row, m))]
    missing = [slot for slot in slots if slot not in given]
    if row.stage is Stage.CONDITIONS and not missing:
        wrong.append(("stage", "contract_offer: every condition is met"))
    if row.stage is not Stage.CONDITIONS and missing:
        wrong.append(("conditions", f"every condition met at {row.stage}; missing: {', '.join(missing)}"))
    return wrong


def _not_met(met: Met, row: Row, m: Moment) -> str:
    """Why this answer does not meet its condition; empty when it does."""
    condition = condition_of(met.slot)
    if met.outcome not in TABLE[condition].satisfied_by:
        said = ", ".join(sorted(TABLE[condition].satisfied_by))
        return f"{met.slot} is met by {said}; leave out what is not met: it is asked for here"
    ends = condition is Condition.CLEARANCE or m.published.rules.conditions[condition].valid_days is not None
    if ends and met.valid_until is None:
        return f"{met.slot} with the last day it holds, as {met.slot}={met.outcome}:2030-05-01"
    day = max(m.at.date(), row.enters_on or date.min)
    if met.valid_until is not None and met.valid_until < day:
        return f"{met.slot} valid on {day}; leave out what has expired: it is asked for here"
    return ""


def _funded(row: Row, posts: Mapping[str, Ledger]) -> bool:
    return posts[row.post].funded if row.post in posts else True


# ---- the facts ---------------------------------------------------------------------------------------------------------------


def begin(row: Row, origin: Origin, m: Moment, *, funded: bool) -> tuple[HireState, Facts]:
    """The facts an imported case begins with, and the state they give. The row has no objections."""
    first = [_application(row, origin, m), _import(row, origin), *_decided(row), *_owner(row)]
    state = _after(HireState(), first, origin.case, m)
    rest = _opened_at(state, row, m, funded=funded)
    state = _after(state, rest, origin.case, m)
    clocks = decision_clocks(state, m)
    return _after(state, clocks, origin.case, m), [*first, *rest, *clocks]


def _import(row: Row, origin: Origin) -> f.HireImported:
    return f.HireImported(file_sha256=origin.file_sha256, line=row.line, imported_by=origin.imported_by, stage=row.stage)


def _application(row: Row, origin: Origin, m: Moment) -> f.ApplicationReceived:
    day = (m.published.closes_at or m.at).date()
    return f.ApplicationReceived(
        vacancy=row.vacancy,
        candidate=origin.candidate,
        channel="internal" if row.serving else "public",
        received_at=row.received_at,
        late=False,
        application=origin.application,
        policy=m.published.sha256,
        seconded_by=row.seconded_by,
        serving=row.serving,
        nations=tuple(eligible_first(row.nationalities, eligible_on(m.published.spec.eligible_nationalities, day))),
    )


def _decided(row: Row) -> Facts:
    """What was decided before the stage the case stands at, each marked as imported."""
    stage = _ORDER[row.stage]
    decided: Facts = []
    if stage > _ORDER[Stage.SCREENING]:
        decided.append(f.Screened(eligible=True, reason=IMPORTED))
    if stage > _ORDER[Stage.SHORTLISTING]:
        decided.append(f.ShortlistingDecided(shortlisted=True, reason=IMPORTED))
    if stage > _ORDER[Stage.SELECTION]:
        decided += [f.SelectionDecided(outcome="selected", report=IMPORTED), f.PostClaimed(post=row.post)]
    if stage > _ORDER[Stage.OFFER]:
        decided += [f.OfferIssued(post=row.post), f.OfferAnswered(accepted=True)]
    return decided


def _owner(row: Row) -> Facts:
    return [f.HandedOver(owner=row.owner)] if row.owner else []


def _opened(row: Row, m: Moment, *, funded: bool) -> Facts:
    """What entering the conditions brings for this person."""
    nations = _application(row, Origin("", ""), m).nations
    state = HireState(nations=nations, seconded_by=row.seconded_by, received_at=row.received_at, post_funded=funded)
    return enter(state, Stage.CONDITIONS, m)


def _opened_at(state: HireState, row: Row, m: Moment, *, funded: bool) -> Facts:
    if _ORDER[row.stage] < _ORDER[Stage.CONDITIONS]:
        return enter(state, row.stage, m)
    entered = enter(state.model_copy(update={"post_funded": funded}), Stage.CONDITIONS, m)
    slots: Facts = [fact for fact in entered if not isinstance(fact, f.StageEntered)]
    met: Facts = [fact for each in row.conditions for fact in _satisfied(each)]
    if row.stage is Stage.CONDITIONS:
        kept = {each.slot for each in row.conditions}
        clocks = [fact for fact in slots if not (isinstance(fact, f.DeadlineSet) and fact.key in kept)]
        return [f.StageEntered(stage=row.stage), *clocks, *met]
    settled: Facts = [*(fact for fact in slots if isinstance(fact, f.ConditionOpened)), *met]
    if row.stage is Stage.ENTRY:
        settled.append(f.ContractAnswered(signed=True, enters_on=row.enters_on))
    return [*settled, *enter(state.model_copy(update={"enters_on": row.enters_on}), row.stage, m)]


def _satisfied(met: Met) -> Facts:
    about: dict[str, Any] = {"condition": condition_of(met.slot), "nation": nation_of(met.slot)}
    reference = f"{IMPORTED}:{met.reference}" if met.reference else IMPORTED
    return [
        f.ConditionReplied(**about, outcome=Outcome(met.outcome), reference=reference, valid_until=met.valid_until),
        f.ConditionSatisfied(**about, valid_until=met.valid_until),
    ]


def _after(state: HireState, facts: Facts, case: str, m: Moment) -> HireState:
    later = state.model_copy(deep=True)
    for n, fact in enumerate(facts, 1):
        later.apply(Entry(case=case, number=state.number + n, at=m.at, actor=m.actor, step="import", fact=fact))
    return later
