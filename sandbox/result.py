"""What a demonstration came to: counted from the store, the partners' logs and the histories, written for programs and for people."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from statistics import median
from typing import Any

from rich.table import Table
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client

from acts.desk import Desk
from domain.vacancy import OVER
from domain.words import Ending
from sandbox.invariants import Evidence
from sandbox.partners import Street
from sandbox.rules import counted

Row = Mapping[str, Any]
#: Time skipping's own events are the demonstration's, not the hire's.
SKIPPING = {
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_OPTIONS_UPDATED,
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_TIME_SKIPPING_TRANSITIONED,
}
ON_DUTY = {Ending.APPOINTED_AND_CONFIRMED, Ending.PROBATION_NOT_CONFIRMED}


async def history_events(client: Client, cases: Iterable[str]) -> dict[str, int]:
    """How many events each case's history has, the longest run counting."""
    found: dict[str, int] = {}
    wanted = set(cases)
    async for run in client.list_workflows('WorkflowType = "Hire"'):
        if run.id in wanted:
            history = await client.get_workflow_handle(run.id, run_id=run.run_id).fetch_history()
            events = sum(event.event_type not in SKIPPING for event in history.events)
            found[run.id] = max(found.get(run.id, 0), events)
    return found


async def result(desk: Desk, street: Street, evidence: Evidence, events: Mapping[str, int], wall_s: float) -> dict[str, Any]:
    """The contents of `result.json`, without the invariants. What nobody was promised stands under `more`."""
    hires, vacancies = await desk.hires(), sorted(await desk.vacancies(), key=lambda v: str(v["reference"]))
    applied = [h for h in hires if not _linked(h)]
    linked = [h for h in hires if _linked(h)]
    kinds = Counter(row["kind"] for row in _facts(evidence))
    appointed = [n for case, n in events.items() if _ending(hires, case) == Ending.APPOINTED_AND_CONFIRMED]
    days = _case_days(evidence)
    return {
        "vacancies": [_vacancy(row, hires, evidence) for row in vacancies],
        "hires": len(applied),
        "endings": {str(ending): sum(h["ending"] == ending for h in applied) for ending in Ending},
        "events_in": {
            "accepted": street.accepted,
            "duplicates": street.repeated,
            "refused": street.refused.total(),
            "parked": sum(f.get("fate") == "parked" for f in _facts(evidence) if f["kind"] == "message_set_aside"),
        },
        "deadlines": {
            "met": sum(f["met"] for f in _facts(evidence) if f["kind"] == "deadline_closed"),
            "reminded": kinds["deadline_reminded"],
            "escalated": kinds["deadline_escalated"],
            "lapsed": kinds["lapse_due"],
        },
        "history_events": {
            "median": round(median(events.values())) if events else 0,
            "max": max(events.values(), default=0),
            "appointed_median": round(median(appointed)) if appointed else 0,
        },
        "case_days": {"shortest": round(min(days, default=0), 1), "longest": round(max(days, default=0), 1)},
        "rules": counted(evidence.entries.values()),
        "wall_s": round(wall_s, 1),
        "more": {
            "vacancies": {str(row["reference"]): row["status"] for row in vacancies},
            "unfinished": sum(h["ending"] is None for h in hires),
            "linked": {"cases": len(linked), "endings": dict(Counter(str(h["ending"]) for h in linked))},
            "events_out": street.announced,
            "refusals": {str(status): n for status, n in sorted(street.refused.items())},
            "letters": len(evidence.mails),
        },
    }


def _linked(hire: Row) -> bool:
    return "-" in str(hire["case_id"])


def _ending(hires: Iterable[Row], case: str) -> Any:
    return next((h["ending"] for h in hires if h["case_id"] == case), None)


def _facts(evidence: Evidence) -> Iterable[dict[str, Any]]:
    return (entry.fact.model_dump() for entries in evidence.entries.values() for entry in entries)


def _vacancy(row: Row, hires: Iterable[Row], evidence: Evidence) -> dict[str, Any]:
    reference = str(row["reference"])
    own = {str(h["case_id"]): h for h in hires if h["vacancy"] == reference}
    entered = {e.case for entries in evidence.entries.values() for e in entries if e.fact.kind == "duty_entered"}
    listed = {e.case for entries in evidence.entries.values() for e in entries if e.fact.kind == "reserve_listed"}
    return {
        "reference": reference,
        "posts": sum(row["posts"].values()),
        "applications": sum(not _linked(h) for h in own.values()),
        "appointed": len(own.keys() & entered),
        "reserve_listed": len(own.keys() & listed),
    }


def _case_days(evidence: Evidence) -> list[float]:
    spans = [(entries[0].at, entries[-1].at) for case, entries in evidence.entries.items() if case.startswith("hire/")]
    return [(last - first).total_seconds() / 86400 for first, last in spans]


def failures(found: Mapping[str, Any]) -> list[str]:
    """Why a demonstration did not do what it promises; empty when it did."""
    wrong = [f"{name}: {verdict}" for name, verdict in found["invariants"].items() if verdict != "held"]
    wrong += [f"no hire ended as {ending}" for ending, n in found["endings"].items() if not n]
    wrong += [f"the rule never occurred: {rule}" for rule, n in found["rules"].items() if not n]
    more = found["more"]
    wrong += [f"{more['unfinished']} hires have not ended"] if more["unfinished"] else []
    wrong += more["mischief"]
    wrong += [] if more["killed_on"] else ["worker and gateway were never killed"]
    for vacancy in found["vacancies"]:
        if vacancy["reference"] != "270311" and not vacancy["appointed"]:
            wrong.append(f"nobody was appointed to {vacancy['reference']}")
    wrong += [f"vacancy {v} is still {now}" for v, now in more["vacancies"].items() if now not in OVER]
    return wrong


def summary(found: Mapping[str, Any], played: tuple[datetime, datetime]) -> list[Table | str]:
    """The result as a person reads it."""
    first, last = played
    vacancies = Table(
        "vacancy", "posts", "applications", "appointed", "on a reserve list", "now", title="The competitions", title_justify="left"
    )
    for v in found["vacancies"]:
        cells = (
            v["reference"],
            v["posts"],
            v["applications"],
            v["appointed"],
            v["reserve_listed"],
            found["more"]["vacancies"][v["reference"]],
        )
        vacancies.add_row(*map(str, cells))
    endings = Table("how they ended", "hires", title=f"{found['hires']} applications", title_justify="left")
    for name, n in found["endings"].items():
        endings.add_row(name.replace("_", " "), str(n) if n else "none")
    rules = Table(
        "rule", "times", title=f"{sum(map(bool, found['rules'].values()))} of {len(found['rules'])} rules seen", title_justify="left"
    )
    for name, n in found["rules"].items():
        rules.add_row(name, str(n) if n else "never")
    held = Table("what must hold", "", title="Checked by a separate process", title_justify="left")
    for name, verdict in found["invariants"].items():
        held.add_row(name.replace("_", " "), verdict)
    e, d, h, c = found["events_in"], found["deadlines"], found["history_events"], found["case_days"]
    return [
        vacancies,
        endings,
        rules,
        held,
        f"From {first:%-d %B %Y} to {last:%-d %B %Y} in {found['wall_s']:.0f} seconds; "
        f"cases took {c['shortest']:g} to {c['longest']:g} days.",
        f"Events in: {e['accepted']} accepted, {e['duplicates']} came again, {e['refused']} refused, "
        f"{e['parked']} kept until their moment; "
        f"{found['more']['events_out']} announcements out, {found['more']['letters']} letters.",
        f"Deadlines: {d['met']} met, {d['reminded']} reminders, {d['escalated']} escalated, {d['lapsed']} lapse due.",
        f"History events per hire: {h['median']} (median), {h['max']} (most), {h['appointed_median']} for those appointed.",
    ]
