"""What of a hire somebody sees whose office is concerned with a part of it alone (`recruitment.md` §4: need to know)."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from acts import compartments
from acts.compartments import opened
from acts.rights import Resource, Viewer
from domain.acts import ACTS
from domain.acts.conditions import DESKS
from domain.agenda import FOLLOWS
from domain.errors import NotAllowed, Refusal
from domain.log.report import Adverse, AuditReport
from domain.log.trail import Trace
from domain.looking import Reader
from domain.prospect import Prospect
from domain.slots import without_nation
from domain.words import Condition, Role
from store.pages import Concerns

#: Whose part is what a case needs of them.
MANAGERS = frozenset({Role.HIRING_MANAGER, Role.LINE_MANAGER})
#: What everybody sees of a hire who sees it at all.
SHOWN = ("case_id", "vacancy", "stage", "ending", "held", "number", "updated_at", "needs")


def concerns(viewer: Viewer) -> Concerns | None:
    """Which hires this viewer may look at; None for all of them."""
    if viewer.sees(Resource.CASES):
        return None
    acts = {name for name, act in ACTS.items() if act.roles & viewer.roles & MANAGERS}
    return Concerns(frozenset(map(str, conditions(viewer.roles))), frozenset(acts))


def conditions(roles: Iterable[Role]) -> frozenset[Condition]:
    """The conditions these roles' offices deal with."""
    return frozenset(condition for condition, desk in DESKS.items() if desk in set(roles))


def reader(person: str, viewer: Viewer) -> Reader:
    """Somebody as a reader: of a hire they see the answers that are opened to them."""
    return Reader(f"person:{person}", frozenset(map(str, opened(viewer.roles))))


def cut(row: Mapping[str, Any], viewer: Viewer) -> dict[str, Any]:
    """A hire's row as this viewer may see it."""
    row = _veiled(row, viewer)
    if viewer.sees(Resource.CASES):
        return row
    own, parties = conditions(viewer.roles), _parties(viewer)
    seen: dict[str, Any] = {name: row[name] for name in SHOWN} | {"needs": [need for need in row["needs"] if _theirs(need, viewer, own)]}
    if "conditions" in row:
        seen["conditions"] = [each for each in row["conditions"] if without_nation(each["condition"]) in own]
        seen["deadlines"] = [each for each in row["deadlines"] if each["party"] in parties]
    return seen


def timeline(rows: Iterable[Mapping[str, Any]], viewer: Viewer) -> list[dict[str, Any]]:
    """The journal of a hire as this viewer may see it."""
    return compartments.entries(rows, opened(viewer.roles))


def own_entries(rows: Iterable[Mapping[str, Any]], viewer: Viewer) -> list[dict[str, Any]]:
    """The same, of which an office sees what is about its own conditions alone."""
    shown = timeline(rows, viewer)
    if viewer.sees(Resource.CASES):
        return shown
    own = conditions(viewer.roles)
    return [row for row in shown if without_nation(str(row["body"].get("condition", ""))) in own]


def prospect(found: Prospect, row: Mapping[str, Any], viewer: Viewer) -> Prospect:
    """What is planned, to somebody who sees `row` of the hire (`cut`). What lies ahead depends on what was answered, and so do its dates:
    who does not see the answers gets neither, and of the running deadlines those of the row."""
    keys = {each["key"] for each in row.get("deadlines", ())}
    running = {key: nexts for key, nexts in found.running.items() if key in keys}
    if viewer.sees(Resource.ANSWERS):
        return replace(found, running=running)
    whole = viewer.sees(Resource.CASES)
    agreed = tuple(each for each in found.steps if whole and each.kind in ("interview", "hold"))
    bare = replace(found, running=running, steps=agreed, plans_entry=None)
    return bare if whole else replace(bare, enters_on=None, interview_at=None, grades=("", ""), post="")


def messages(rows: Iterable[Mapping[str, Any]], viewer: Viewer) -> list[dict[str, Any]]:
    """What came in and went out for a hire, as this viewer may see it; an office sees the messages of its own conditions."""
    if viewer.sees(Resource.CASES):
        return compartments.messages(rows, opened(viewer.roles))
    own = {str(each) for each in conditions(viewer.roles)}
    return [dict(row) for row in rows if row["type"].partition(".")[0] in own]


def letters(rows: Iterable[Mapping[str, Any]], viewer: Viewer) -> list[dict[str, Any]]:
    """The letters of a hire as this viewer may see them."""
    return compartments.letters(rows, opened(viewer.roles))


def trace(row: Mapping[str, Any], viewer: Viewer) -> dict[str, Any]:
    """A trace of the log as this viewer may see it."""
    return compartments.trace(row, opened(viewer.roles))


def change(row: Mapping[str, Any], viewer: Viewer) -> dict[str, Any]:
    """What a fact of a hire changed, as this viewer may see it."""
    return compartments.change(row, opened(viewer.roles))


def report(found: AuditReport, viewer: Viewer) -> AuditReport:
    """The completeness report as this viewer may see it: who decided stands in it, what an authority answered does not."""
    seen = opened(viewer.roles)
    adverse = [{**each.model_dump(), "ending": compartments.ending(each.ending, seen)} for each in found.adverse]
    told = {name: tuple(Trace(**trace(each.model_dump(), viewer)) for each in getattr(found, name)) for name in ("pairs", "interventions")}
    ended = tuple(Adverse(**compartments.trace({**each, "what": ""}, seen)) for each in adverse)
    decisions = {person: compartments.facts(counts, seen) for person, counts in found.decisions.items()}
    counts = compartments.facts(found.counts, seen)
    return found.model_copy(update={"adverse": ended, "decisions": decisions, "counts": counts, **told})


def standing(shown: Mapping[str, Any], viewer: Viewer) -> dict[str, Any]:
    """A case in brief as this viewer may see it."""
    seen = opened(viewer.roles)
    cut_of = {"ending": compartments.ending(shown["ending"], seen)} if "ending" in shown else {}
    return {**shown, **cut_of, "needs": compartments.needs(shown["needs"], seen)}


def refused(refusal: Refusal, viewer: Viewer) -> Refusal:
    """What a case refused, without what it waits for where that may tell an answer: only to whom the answers are."""
    if not viewer.sees(Resource.ANSWERS):
        refusal.details.pop("waiting", None)
    return refusal


def check_question(question: Mapping[str, Any], viewer: Viewer) -> None:
    """Raise NotAllowed for a filter whose result would tell what the rows do not: an ending, or an act that needs an answer first."""
    act = ACTS.get(str(question.get("needs") or ""))
    others = act is not None and not viewer.sees(Resource.CASES) and not act.roles & viewer.roles
    if others or not compartments.asks(question, opened(viewer.roles)):
        raise NotAllowed("what this asks for is not for your office", code="wrong_role")


def order(sort: str, viewer: Viewer) -> str:
    """Who sees no deadlines but their own gets no order by all of them."""
    return sort if viewer.sees(Resource.CASES) else "case"


def _veiled(row: Mapping[str, Any], viewer: Viewer) -> dict[str, Any]:
    """A hire's row without the answers that are closed to this viewer."""
    seen = opened(viewer.roles)
    shown = dict(row) | {"ending": compartments.ending(row["ending"], seen), "needs": compartments.needs(row["needs"], seen)}
    if "conditions" in row:
        shown["conditions"] = [compartments.condition(each, seen) for each in row["conditions"]]
        shown["deadlines"] = compartments.deadlines(row["deadlines"], seen)
    return shown


def _parties(viewer: Viewer) -> frozenset[str]:
    return frozenset(str(party) for role in viewer.roles for party in FOLLOWS.get(role, ()))


def _theirs(need: str, viewer: Viewer, own: frozenset[Condition]) -> bool:
    name, _, about = need.partition(":")
    act = ACTS.get(name)
    if act is None or not act.roles & viewer.roles:
        return False
    return without_nation(about) not in set(Condition) - own
