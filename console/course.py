"""The course of a hire as one list: what is planned, what runs now, what happened; each in words, with what lies behind it.

What was written in one step happened together and is one entry. The list runs from the latest to the earliest, as news do.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from config.telling import Teller
from console.in_words import InWords
from domain.agenda import FOLLOWS
from domain.prospect import Ahead, Next, Prospect
from domain.waiting import Wait
from domain.words import Role

Row = Mapping[str, Any]
#: What may be shown of the list: `?show=`.
SHOWS = ("all", "mine", "failures", "messages")
#: Facts that only follow from another of the same step: never what an entry is called by, where there is another.
FOLLOWING = frozenset({"deadline_set", "deadline_closed", "letter_written", "stage_entered", "acted_for", "undo_planned"})
#: Facts that say something went wrong, or too long.
FAILURES = frozenset({
    "ask_failed", "recall_failed", "deadline_missed", "deadline_escalated", "lapse_due", "condition_refused", "condition_contradicted",
    "no_show_reported", "contract_rejected", "post_refused", "message_set_aside",
})  # fmt: skip
#: Facts that tell of something sent or received.
TRAFFIC = frozenset({"letter_written", "condition_requested", "assessment_invited", "candidate_told", "message_taken", "message_set_aside"})


@dataclass(frozen=True)
class Fact:
    """One fact of an entry: its number, its line, its fields by name."""

    number: int
    line: str
    fields: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Point:
    """One entry of the list. `kind`: ahead, now, past. `marks`: which of `SHOWS` it is among. `due`: for a pill.

    `facts` of what happened, `about` pairs of words for everything else; `rule` explains a deadline. `stage`: the one it led to.
    """

    kind: str
    at: datetime | None
    line: str
    who: str
    marks: frozenset[str]
    about: tuple[tuple[str, str], ...] = ()
    facts: tuple[Fact, ...] = ()
    stage: str = ""
    due: datetime | None = None
    act: str = ""
    number: int = 0
    by: str = ""


@dataclass(frozen=True)
class Reader:
    """Who reads the list: it decides what is theirs."""

    person: str
    roles: frozenset[Role]
    words: InWords

    @property
    def teller(self) -> Teller:
        return self.words.teller

    def moves(self, parties: Collection[str]) -> frozenset[str]:
        """Is it theirs to move, as a role or as whoever follows that party's deadlines?"""
        followed = {str(party) for role in self.roles for party in FOLLOWS.get(role, ())}
        mine = {str(role) for role in self.roles} | followed
        return frozenset({"mine"} if mine & {each.partition(":")[0] for each in parties} else ())


def shown(points: Iterable[Point], show: str) -> list[Point]:
    return [each for each in points if show == "all" or show in each.marks]


# ---- what happened ---------------------------------------------------------------------------------------------------------


def past(rows: Iterable[Row], reader: Reader) -> list[Point]:
    """The entries of a journal, as `acts.parts.timeline` cut it, the latest first."""
    steps = [list(found) for _, found in groupby(rows, key=lambda row: row["step"])]
    return [_happened(step, reader) for step in reversed(steps)]


def _happened(step: list[Row], reader: Reader) -> Point:
    words, kinds = reader.words, {row["kind"] for row in step}
    lead = next((row for row in step if row["kind"] not in FOLLOWING), step[0])
    source, message = words.source(lead["step"])
    teller = reader.teller
    about = [
        (teller.say("console.entry.happened"), teller.moment(lead["at"])),
        (teller.say("console.entry.written"), teller.moment(lead["recorded_at"])),
    ]
    about += ([(teller.say("console.entry.source"), source)] if source else []) + (
        [(teller.say("console.entry.id"), message)] if message else []
    )
    from_outside = lead["step"].startswith("message/")
    marks = {"mine"} if lead["actor"] == f"person:{reader.person}" else set()
    marks |= ({"failures"} if kinds & FAILURES else set()) | ({"messages"} if kinds & TRAFFIC or from_outside else set())
    return Point(
        kind="past",
        at=lead["at"],
        line=words.line(lead["kind"], [row["body"] for row in step if row["kind"] == lead["kind"]]),
        who=words.who(lead["actor"]),
        marks=frozenset(marks),
        about=tuple(about),
        facts=tuple(Fact(row["number"], words.line(row["kind"], [row["body"]]), tuple(words.fields(row))) for row in step),
        stage=next((str(row["body"]["stage"]) for row in step if row["kind"] == "stage_entered" and row is not lead), ""),
        number=step[0]["number"],
        by=lead["actor"].partition(":")[0],
    )


# ---- what runs now ---------------------------------------------------------------------------------------------------------


def now(waits: Iterable[Wait], rows: Iterable[Row], plan: Prospect, reader: Reader, allowed: Collection[str]) -> list[Point]:
    """What the hire waits for: each open matter, whose turn it is, its clock with the rule it comes from, and what was done about it."""
    deadlines = {row["key"]: row for row in rows}
    return [_running(wait, deadlines, plan, reader, allowed) for wait in waits]


def clocks(rows: Iterable[Row], plan: Prospect, reader: Reader) -> list[Point]:
    """The same from the running deadlines alone, for whom the open matters themselves would tell too much."""
    return [_clock(row, plan, reader) for row in rows if row["state"] in ("open", "lapse_due")]


def _running(wait: Wait, deadlines: Mapping[str, Row], plan: Prospect, reader: Reader, allowed: Collection[str]) -> Point:
    teller, key = reader.teller, wait.deadline.key if wait.deadline else ""
    about = [(teller.say("console.entry.since"), teller.moment(wait.since))] if wait.since else []
    if wait.deadline:
        about.append((teller.say("console.entry.rule"), teller.deadline(wait.deadline.model_dump())))
    about += _done_about(deadlines.get(key), plan.running.get(key, ()), teller)
    act = f"{wait.code}?about={wait.about}" if wait.about else wait.code
    return Point(
        kind="now",
        at=wait.since,
        line=teller.matter(wait),
        who=teller.who(wait.who),
        marks=reader.moves(wait.who),
        about=tuple(about),
        due=wait.ends,
        act=act if wait.code in allowed else "",
    )


def _clock(row: Row, plan: Prospect, reader: Reader) -> Point:
    teller = reader.teller
    about = [
        (teller.say("console.entry.since"), teller.moment(row["started_at"])),
        (teller.say("console.entry.rule"), teller.deadline(row)),
    ]
    party = f"{row['party']}:{row['who']}" if row["who"] else str(row["party"])
    return Point(
        kind="now",
        at=row["started_at"],
        line=reader.words.value("key", row["key"]),
        who=teller.who((party,)),
        marks=reader.moves((party,)),
        about=(*about, *_done_about(row, plan.running.get(row["key"], ()), teller)),
        due=row["due_at"],
    )


def _done_about(row: Row | None, nexts: Iterable[Next], teller: Teller) -> list[tuple[str, str]]:
    """Reminders sent, and what the clock will do next."""
    said = [(teller.say("console.entry.reminded"), str(row["reminded"]))] if row and row["reminded"] else []
    coming = [
        (teller.say(f"console.next.{each.what}", to=teller.who((each.to,)) if each.to else ""), teller.moment(each.at)) for each in nexts
    ]
    return said + coming


# ---- what is planned -------------------------------------------------------------------------------------------------------


def ahead(plan: Prospect, reader: Reader) -> list[Point]:
    """What is to come, the latest first."""
    return [_planned(each, reader) for each in reversed(plan.steps)]


def _planned(step: Ahead, reader: Reader) -> Point:
    teller = reader.teller
    figures = [(teller.say("console.ahead.time"), _figures(figure, teller)) for figure in step.figures]
    sure = step.kind in ("interview", "hold", "expiry")
    about = [(teller.say("console.ahead.date"), teller.say("console.ahead.agreed" if sure else "console.ahead.pace"))]
    return Point(
        kind="ahead",
        at=step.at,
        line=teller.say(
            f"console.ahead.{step.kind}", what=teller.say(f"stage.{step.about}") if step.kind == "stage" else teller.thing(step.about)
        ),
        who=", ".join(dict.fromkeys(teller.who((str(figure.party),)) for figure in step.figures)),
        marks=reader.moves([str(figure.party) for figure in step.figures]),
        about=(*about, *figures),
    )


def _figures(figure: Any, teller: Teller) -> str:
    """ "10 working days, at most 20"."""
    unit = "working_day" if figure.working_days else figure.unit
    span = teller.say(f"count.{unit}.{'one' if figure.target == 1 else 'many'}", n=figure.target)
    return teller.say("console.ahead.most", span=span, n=figure.limit) if figure.limit else span
