"""What must hold after a demonstration, found out from outside: SQL, the mail sink and the partners' own logs, read and compared.

`python -m sandbox.invariants var/demo` prints one JSON object: the name of each invariant and "held", or the reason it is not.
(The store has to be there: a PostgreSQL of the demonstration's own is gone when the demonstration is.)
A process of its own, with its own read-only SQL: it takes nothing from the programs it judges but the journals' form (`domain.facts`),
the fold that gives them their meaning, the models of what is announced, and the vault that opens what is sealed.
"""

import json
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Connection, create_engine, text

from config.keyring import FileKeyring
from domain import facts as f
from domain import hire, vacancy
from domain.facts import Entry
from domain.hire import adverse
from domain.outbound import announcements
from store.contacts import letter_opened
from store.vault import Pen

HELD = "held"
Row = dict[str, Any]


@dataclass
class Evidence:
    """Everything the invariants look at, read once."""

    cases: list[Row] = field(default_factory=list)
    journals: dict[str, list[Row]] = field(default_factory=dict)
    hires: list[Row] = field(default_factory=list)
    conditions: list[Row] = field(default_factory=list)
    vacancies: list[Row] = field(default_factory=list)
    posts: list[Row] = field(default_factory=list)
    inbox: list[Row] = field(default_factory=list)
    letters: list[Row] = field(default_factory=list)
    announced: list[Row] = field(default_factory=list)
    staff: set[str] = field(default_factory=set)
    mails: list[Row] = field(default_factory=list)
    partners: dict[str, list[Row]] = field(default_factory=dict)

    @cached_property
    def entries(self) -> dict[str, list[Entry]]:
        return {case: [_entry(row) for row in rows] for case, rows in self.journals.items()}

    def facts(self, *kinds: type[f.Fact]) -> Iterator[tuple[Entry, Any]]:
        for entries in self.entries.values():
            for entry in entries:
                if isinstance(entry.fact, kinds):
                    yield entry, entry.fact


def read(folder: Path) -> Evidence:
    """The evidence of the demonstration in `folder`: its store, its mail, its partners' logs."""
    url = json.loads((folder / "installation.json").read_text("utf-8"))["store_url"]
    engine = create_engine(_sync(url))
    with engine.connect() as db:
        found = Evidence(
            cases=_rows(db, "SELECT case_id, kind, vacancy FROM cases"),
            hires=_rows(db, "SELECT * FROM hires"),
            conditions=_rows(db, "SELECT * FROM conditions"),
            vacancies=_rows(db, "SELECT reference, status, number FROM vacancies"),
            posts=_rows(db, "SELECT id, vacancy, post, state, hire, funded FROM posts"),
            inbox=_rows(db, "SELECT id, source, event_id, type, state, case_id, sha256 FROM inbox")
            + _rows(db, "SELECT id, source, event_id, type, state, subject AS case_id, sha256 FROM strays"),
            letters=_letters(db, folder),
            announced=_rows(db, "SELECT type, subject, body FROM outbox WHERE kind = 'event' AND case_id IS NOT NULL"),
            staff={row["person"] for row in _rows(db, "SELECT person FROM staff")},
        )
        for row in _rows(db, "SELECT case_id, number, at, actor, step, body FROM journal ORDER BY case_id, number"):
            found.journals.setdefault(row["case_id"], []).append(row)
    engine.dispose()
    found.mails = _lines(folder / "mail.jsonl")
    found.partners = {log.stem: _lines(log) for log in sorted((folder / "partners").glob("*.jsonl"))}
    return found


def _letters(db: Connection, folder: Path) -> list[Row]:
    """The letters as they were written: where the demonstration has a keyring, they are sealed in the store."""
    keyring = folder / "keys" / "keyring.json"
    pen = Pen(db, FileKeyring.load(keyring) if keyring.exists() else None)
    rows = _rows(db, 'SELECT letter, candidate, template, sha256, "to", subject, body, calendar FROM letters')
    return [letter_opened(pen, row) for row in rows]


def check(found: Evidence) -> dict[str, str]:
    """Every invariant by name: "held", or what was found instead."""
    return {name: verdict(judge(found)) for name, judge in INVARIANTS.items()}


def verdict(wrong: Iterable[str]) -> str:
    """ "held", or the first three of what was found and how many more."""
    reasons = list(wrong)
    more = f" (and {len(reasons) - 3} more)" if len(reasons) > 3 else ""
    return "; ".join(reasons[:3]) + more if reasons else HELD


# ---- the invariants --------------------------------------------------------------------------------------------------------


def posts_never_over_reserved(found: Evidence) -> Iterator[str]:
    """Replayed fact by fact, a post never has two holders; and the ledger stands where the replay ends."""
    for case, entries in found.entries.items():
        if not case.startswith("vacancy/"):
            continue
        holder: dict[str, str] = {}
        for entry in entries:
            yield from _replay(case, entry.fact, holder)
        ledger = {p["post"]: p["hire"] for p in found.posts if f"vacancy/{p['vacancy']}" == case and p["hire"] is not None}
        if ledger != holder:
            yield f"{case}: the ledger's holders are not those of the journal"
    held = Counter(p["hire"] for p in found.posts if p["hire"] is not None)
    yield from (f"{one} holds {n} posts" for one, n in held.items() if n > 1)


def _replay(case: str, fact: Any, holder: dict[str, str]) -> Iterator[str]:
    match fact:
        case f.PostReserved(post=post, hire=one):
            if post in holder:
                yield f"{case}: {post} reserved for {one} while {holder[post]} held it"
            holder[post] = one
        case f.PostFreed(post=post, hire=one):
            if holder.pop(post, None) != one:
                yield f"{case}: {post} freed by {one}, who did not hold it"
        case f.PostFilled(post=post, hire=one) if holder.get(post) != one:
            yield f"{case}: {post} filled by {one}, who did not hold it"
        case f.PostWithdrawn(post=post) if post in holder:
            yield f"{case}: {post} withdrawn while {holder[post]} held it"
        case _:
            pass


def adverse_endings_named(found: Evidence) -> Iterator[str]:
    """Nobody is turned down by a clock or a rule: every adverse ending was decided by a person on the staff list."""
    for entry, fact in found.facts(f.EndingReached):
        if adverse(fact.ending) and fact.decided_by.removeprefix("person:") not in found.staff:
            yield f"{entry.case}: {fact.ending} decided by {fact.decided_by or 'nobody'}"


def journal_dense(found: Evidence) -> Iterator[str]:
    """Every case has a journal, numbered from 1 without a gap or a repeat, that never goes back in time."""
    yield from (f"{row['case_id']} has no journal" for row in found.cases if row["case_id"] not in found.journals)
    for case, rows in found.journals.items():
        numbers = [row["number"] for row in rows]
        if numbers != list(range(1, len(numbers) + 1)):
            yield f"{case}: the numbers are not 1 to {len(numbers)}"
        moments = [_instant(row["at"]) for row in rows]
        if moments != sorted(moments):
            yield f"{case}: an entry lies before the one it follows"


def read_model_equals_fold(found: Evidence) -> Iterator[str]:
    """What the tables show is what the journals say."""
    shown = {row["case_id"]: row for row in found.hires}
    conditions: dict[str, dict[str, str]] = defaultdict(dict)
    for row in found.conditions:
        conditions[row["case_id"]][row["condition"]] = row["state"]
    for case, entries in found.entries.items():
        if case.startswith("hire/"):
            yield from _hire_differs(case, hire.fold(entries), shown.pop(case, None), conditions[case])
        elif case.startswith("vacancy/"):
            yield from _vacancy_differs(case, vacancy.fold(entries), found)
    yield from (f"{case} is shown but has no journal" for case in shown)


def _hire_differs(case: str, state: hire.HireState, row: Row | None, conditions: dict[str, str]) -> Iterator[str]:
    if row is None:
        yield f"{case} is not shown"
        return
    told: dict[str, Any] = {
        "vacancy": state.vacancy,
        "stage": _text(state.stage),
        "ending": _text(state.ending),
        "number": state.number,
        "post": state.post or None,
        "rank": state.rank,
        "late": state.late,
        "held": state.held is not None,
        "needs": state.needs(),
        "turn": state.turn(),
        "next_deadline": state.next_deadline,
    }
    shown = {**row, "late": bool(row["late"]), "held": bool(row["held"]), "needs": _json(row["needs"]), "turn": _json(row["turn"])}
    shown["next_deadline"] = _instant(row["next_deadline"]) if row["next_deadline"] is not None else None
    yield from (f"{case}: {name} is shown as {shown[name]!r}" for name, value in told.items() if shown[name] != value)
    if conditions != {c.slot: str(c.state) for c in state.conditions.values()}:
        yield f"{case}: the conditions shown are not those of the journal"


def _vacancy_differs(case: str, state: vacancy.VacancyState, found: Evidence) -> Iterator[str]:
    row = next((v for v in found.vacancies if f"vacancy/{v['reference']}" == case), None)
    if row is None or (row["status"], row["number"]) != (state.status, state.number):
        yield f"{case} is shown as {row and row['status']!r}"
    ledger = {p["post"]: (p["state"], p["hire"], bool(p["funded"])) for p in found.posts if f"vacancy/{p['vacancy']}" == case}
    if ledger != {p.id: (str(p.state), p.hire, p.funded) for p in state.posts.values()}:
        yield f"{case}: the posts shown are not those of the journal"


def accepted_events_closed(found: Evidence) -> Iterator[str]:
    """Every event we promised to have is in the inbox under the bytes that were sent, and none is still open."""
    rows = {(row["source"], row["event_id"]): row for row in found.inbox}
    yield from (f"{row['type']} {row['id']} is still open" for row in found.inbox if row["state"] == "open")
    for partner, lines in found.partners.items():
        for line in lines:
            if line["what"] == "sent" and line["status"] == 202:
                row = rows.get((partner, line["id"]))
                if row is None or row["sha256"] != line["sha256"]:
                    yield f"{partner}: {line['type']} {line['id']} was accepted and is not kept as sent"


def asks_once(found: Evidence) -> Iterator[str]:
    """Each ask of a journal stands exactly once in its authority's own log, and no authority was asked anything else."""
    asked: Counter[tuple[str, str]] = Counter()
    for _, fact in found.facts(f.ConditionRequested):
        asked[(fact.authority, fact.ask)] += 1
    for _, fact in found.facts(f.AssessmentInvited):
        asked[("assessment", fact.ask)] += 1
    for _, fact in found.facts(f.BudgetAsked):
        asked[("budget", fact.ask)] += 1
    logged: Counter[tuple[str, str]] = Counter()
    for partner, lines in found.partners.items():
        for line in lines:
            if line["what"] == "ask":
                logged[(partner, line["key"])] += not line["repeat"]
                if line["repeat"] and not line["same"]:
                    yield f"{partner}: {line['key']} was asked again with other words"
    yield from (f"{partner}: {key} logged {logged[partner, key]} times" for partner, key in asked if logged[partner, key] != 1)
    yield from (f"{partner}: {key} was asked, but no journal knows of it" for partner, key in logged if (partner, key) not in asked)
    yield from (f"{key} was asked {n} times of {partner}" for (partner, key), n in asked.items() if n > 1)


def letters_once(found: Evidence) -> Iterator[str]:
    """Each letter of a journal arrived in the mail exactly once, with the text that was recorded, and no other letter did."""
    # what our own people are told stands in no candidate's file
    ours = [mail for mail in found.mails if not mail["id"].startswith("<notice-")]
    arrived = Counter(mail["id"].strip("<>").partition("@")[0] for mail in ours)
    texts = {mail["id"].strip("<>").partition("@")[0]: mail for mail in found.mails}
    kept = {row["letter"]: row for row in found.letters}
    written = {fact.letter: fact for _, fact in found.facts(f.LetterWritten)}
    yield from (f"letter {letter} arrived {arrived[letter]} times" for letter in written if arrived[letter] != 1)
    yield from (f"letter {letter} arrived, but no journal knows of it" for letter in arrived if letter not in written)
    for letter, fact in written.items():
        if letter not in kept or kept[letter]["sha256"] != fact.sha256:
            yield f"letter {letter} is not kept as it was recorded"
        elif letter in texts and _plain(texts[letter]["body"]) != _plain(kept[letter]["body"]):
            yield f"letter {letter} arrived with another text"


def announcements_of_their_form(found: Evidence) -> Iterator[str]:
    """What was announced has a model, is about the kind of case the model names, and carries just what the model says."""
    for row in found.announced:
        model = announcements().get(row["type"])
        if model is None or not row["subject"].startswith(f"{model.SUBJECT}/"):
            yield f"{row['subject']}: {row['type']} is no announcement of ours about it"
            continue
        try:
            model.model_validate_json(json.dumps(_json(row["body"])))
        except ValidationError as error:
            yield f"{row['subject']}: {row['type']} breaks its model at {[each['loc'] for each in error.errors()]}"


INVARIANTS: dict[str, Callable[[Evidence], Iterable[str]]] = {
    "posts_never_over_reserved": posts_never_over_reserved,
    "adverse_endings_named": adverse_endings_named,
    "journal_dense": journal_dense,
    "read_model_equals_fold": read_model_equals_fold,
    "accepted_events_closed": accepted_events_closed,
    "asks_once": asks_once,
    "letters_once": letters_once,
    "announcements_of_their_form": announcements_of_their_form,
}


# ---- reading ---------------------------------------------------------------------------------------------------------------


def _sync(url: str) -> str:
    """The same store, without asyncio; SQLite read-only by its own word."""
    if url.startswith("sqlite"):
        return f"sqlite:///file:{url.partition(':///')[2]}?mode=ro&uri=true"
    return url


def _rows(db: Connection, query: str) -> list[Row]:
    return [dict(row) for row in db.execute(text(query)).mappings()]


def _lines(file: Path) -> list[Row]:
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()] if file.exists() else []


def _entry(row: Row) -> Entry:
    body = _json(row["body"])
    known = {name: row[name] for name in ("number", "actor", "step")}
    return Entry(case=row["case_id"], at=_instant(row["at"]), fact=f.FACT.validate_python(body), **known)


def _json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


def _instant(value: Any) -> datetime:
    return datetime.fromisoformat(value) if isinstance(value, str) else value


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _plain(body: str) -> str:
    return "\n".join(line.rstrip() for line in body.splitlines()).strip()


def main(folder: str) -> int:
    verdicts = check(read(Path(folder)))
    print(json.dumps(verdicts, indent=2, ensure_ascii=False))
    return 0 if set(verdicts.values()) == {HELD} else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "var/demo"))
