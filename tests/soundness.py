"""What must hold of any installation at any quiet moment, read from SQL, the mail server's file and the partners' own log."""

import asyncio
import json
from collections import Counter
from typing import Any

from sqlalchemy import select

from connectors.mail import message_id
from domain.words import MessageFate
from store.tables import cases, inbox, journal, leaves, letters, outbox, posts
from tests.installation import Installation

Row = dict[str, Any]


async def quiet(place: Installation, patience_s: float = 60) -> None:
    """Until every delivery is closed (or waits, parked, in its case) and every parcel has left."""
    async with asyncio.timeout(patience_s):
        while await _busy(place):  # noqa: ASYNC110 - other processes make it so
            await asyncio.sleep(0.05)


async def _busy(place: Installation) -> bool:
    counts = await place.desk.queries.counts()
    return bool(counts["inbox"].get("open") or counts["outbox"].get("pending"))


async def faults(place: Installation) -> list[str]:
    """Everything that does not hold, in sentences; empty when all is well."""
    store = {table.name: await _rows(place, table) for table in (cases, journal, inbox, outbox, letters, leaves, posts)}
    return [
        *_events(place, store["inbox"]),
        *_journals(store["journal"], store["leaves"]),
        *_once(store["journal"]),
        *_letters(place, store),
        *_asks(place),
        *[f"reconciliation: {each.code} {each.about}" for each in (await place.desk.auditing.reconcile()).differences],
    ]


async def _rows(place: Installation, table: Any) -> list[Row]:
    return await place.desk.db.read(lambda rx: [dict(row) for row in rx.execute(select(table)).mappings()])


def _events(place: Installation, rows: list[Row]) -> list[str]:
    """Every receipt stands for a row, and every row, also between cases, has been closed."""
    kept = {(row["source"], row["event_id"]): row for row in rows}
    lost = [f"lost: {key}, although there is a receipt" for key in place.receipts if key not in kept]
    doubled = [f"doubled: {key}" for key, n in Counter((row["source"], row["event_id"]) for row in rows).items() if n > 1]
    still = [f"not closed: {row['type']} to {row['case_id']} ({row['state']})" for row in rows if row["state"] in ("open", "parked")]
    closed = [str(MessageFate.APPLIED), str(MessageFate.SUPERSEDED)]
    unsigned = [f"closed by nobody: {row['id']}" for row in rows if row["state"] in closed and not row["closed_by_step"]]
    return lost + doubled + still + unsigned


def _journals(entries: list[Row], log: list[Row]) -> list[str]:
    """Dense from 1 per case, each entry one leaf, the leaves dense from 0."""
    numbers: dict[str, list[int]] = {}
    for entry in entries:
        numbers.setdefault(entry["case_id"], []).append(entry["number"])
    gaps = [f"journal of {case} is not dense" for case, found in numbers.items() if sorted(found) != list(range(1, len(found) + 1))]
    places = sorted(leaf["position"] for leaf in log)
    dense = [] if places == list(range(len(log))) else ["the leaves are not dense"]
    told = sorted((leaf["stream"], int(leaf["ref"])) for leaf in log if leaf["kind"] == "fact")
    each = [] if told == sorted((e["case_id"], e["number"]) for e in entries) else ["not every entry has one leaf"]
    return gaps + dense + each


def _once(entries: list[Row]) -> list[str]:
    """No fact stands twice in a case, and each step's facts stand together: nothing was done again."""
    facts = Counter((e["case_id"], e["kind"], json.dumps(e["body"], sort_keys=True, default=str)) for e in entries)
    found = [f"doubled effect: {kind} in {case}" for (case, kind, _), n in facts.items() if n > 1]
    steps: dict[tuple[str, str], list[int]] = {}
    for e in entries:
        steps.setdefault((e["case_id"], e["step"]), []).append(e["number"])
    return found + [f"step {step} of {case} was written twice" for (case, step), at in steps.items() if max(at) - min(at) + 1 != len(at)]


def _letters(place: Installation, store: dict[str, list[Row]]) -> list[str]:
    """Each letter written was taken by the mail server; each fact of a letter has one, and nothing else was sent."""
    domain = place.settings.smtp_from.rpartition("@")[2]
    written = {message_id(row["letter"], domain): row for row in store["letters"]}
    arrived = {mail["id"] for mail in place.mail() if not mail["id"].startswith("<notice-")}
    told = Counter(e["body"]["letter"] for e in store["journal"] if e["kind"] == "letter_written")
    parcels = Counter(p["body"]["letter"] for p in store["outbox"] if p["kind"] == "letter" and "letter" in p["body"])
    return [
        *[f"letter {row['template']} of {row['case_id']} never arrived" for key, row in written.items() if key not in arrived],
        *[f"a letter nobody wrote arrived: {key}" for key in arrived - written.keys()],
        *([] if set(told) == {row["letter"] for row in written.values()} else ["letters and the journals' facts of them differ"]),
        *[f"letter {letter} has {n} parcels" for letter, n in parcels.items() if n != 1],
        *[f"outbox: {p['type']} of {p['case_id']} is {p['state']} ({p['error']})" for p in store["outbox"] if p["state"] != "sent"],
    ]


def _asks(place: Installation) -> list[str]:
    """Each question was put under one key only, and a repeat was the same bytes."""
    questions = Counter(place.partners.about.values())
    return [
        *[f"{kind} was asked {n} times about {case}" for (_, case, kind), n in questions.items() if n > 1],
        *[f"ask {key} came with different contents" for key, bodies in place.partners.bodies.items() if len(bodies) > 1],
    ]


async def templates(place: Installation, case: str) -> list[str]:
    """The letters written in one case, sorted."""
    return sorted(row["template"] for row in await _rows(place, letters) if row["case_id"] == case)


def repeats(place: Installation) -> tuple[int, int]:
    """How many letters and how many requests came a second time, recognisable by their ids."""
    mails = len(place.mail()) - len({mail["id"] for mail in place.mail()})
    return mails, sum(n - 1 for n in place.partners.requests.values())
