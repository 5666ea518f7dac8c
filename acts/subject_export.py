"""The archive a person is given who asks what is kept about them: a file a table, their letters, and a summary in their language."""

import base64
import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from html import escape
from typing import Any

from config.words import LANGUAGES, Words
from store.subject import Everything, Row

#: One moment for every file of an archive: the same content makes the same bytes.
STAMP = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Archive:
    """A ZIP file: `summary.html`, `data/<table>.json`, `letters/<letter>.pdf`."""

    name: str
    content: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


def archive(found: Everything, words: Words, at: datetime) -> Archive:
    """Pack it all."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as out:
        for name, content in _files(found, words, at):
            out.writestr(zipfile.ZipInfo(name, STAMP), content, zipfile.ZIP_DEFLATED)
    return Archive(f"subject-{found.candidate}-{at.date()}.zip", held.getvalue())


def _files(found: Everything, words: Words, at: datetime) -> Iterable[tuple[str, bytes]]:
    yield "summary.html", summary(found, words, at).encode()
    for table, rows in found.tables.items():
        plain = [{name: value for name, value in row.items() if name != "pdf"} for row in rows]
        yield f"data/{table}.json", json.dumps(plain, default=_plain, ensure_ascii=False, indent=1).encode()
    yield "data/staff_roles.json", json.dumps(found.roles, indent=1).encode()
    for letter in found.tables.get("letters", ()):
        if letter["pdf"]:
            yield f"letters/{letter['letter']}.pdf", bytes(letter["pdf"])


def _plain(value: Any) -> Any:
    if isinstance(value, bytes | memoryview):
        raw = bytes(value)
        try:
            return raw.decode()
        except UnicodeDecodeError:
            return {"base64": base64.b64encode(raw).decode()}
    return value.isoformat() if isinstance(value, date) else str(value)


class _Page:
    """Sections of a page in one language."""

    def __init__(self, words: Words, language: str) -> None:
        self._words, self.language, self._parts = words, language, [""]

    def say(self, key: str, **values: Any) -> str:
        return self._words.say(key, self.language, **values)

    def reason(self, code: str) -> str:
        """A reason code in words, where the catalogue has it."""
        key = f"reason.{code}"
        return self.say(key) if key in self._words.known(self.language) else code

    def text(self, text: str) -> None:
        self._parts.append(f"<p>{escape(text)}</p>")

    def section(self, key: str, rows: Iterable[Iterable[str]]) -> None:
        body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
        shown = f"<table>{body}</table>" if body else "<p>" + escape(self.say("subject.nothing")) + "</p>"
        self._parts.append(f"<h2>{escape(self.say(key))}</h2>{shown}")

    def html(self, title: str) -> str:
        style = "body{font:16px/1.5 sans-serif;max-width:60em;margin:2em auto}td{padding:.2em .8em .2em 0;vertical-align:top}"
        head = f'<!doctype html><html lang="{self.language}"><meta charset="utf-8"><title>{escape(title)}</title><style>{style}</style>'
        return f"{head}<h1>{escape(title)}</h1>{''.join(self._parts)}</html>\n"


def summary(found: Everything, words: Words, at: datetime) -> str:
    """The page a person reads: in their language, where it is one of ours."""
    page = _Page(words, found.language if found.language in LANGUAGES else LANGUAGES[0])
    (person,) = found.tables["people"]
    tables: Callable[[str], list[Row]] = lambda name: found.tables.get(name, [])  # noqa: E731 - one word for a look into the tables
    page.text(page.say("subject.made", day=at.date().isoformat(), name=f"{person['name']} <{person['email']}>"))
    page.section("subject.cases", ([row["case_id"], row["vacancy"], _standing(page, row)] for row in tables("hires")))
    page.section("subject.decisions", (row for entry in tables("journal") for row in _decided(page, found, entry)))
    page.section("subject.letters", ([_day(row["at"]), row["subject"]] for row in tables("letters")))
    page.section("subject.received", ([_day(row["received_at"]), row["type"], row["source"], row["state"]] for row in tables("inbox")))
    page.section("subject.passed", _passed(tables))
    looked = ([_day(row["at"]), _who(found, row["reader"]), ", ".join(row["what"]), row["purpose"]] for row in tables("reads"))
    page.section("subject.looked", looked)
    page.section("subject.protection", _protected(found, tables))
    page.text(page.say("subject.people"))
    return page.html(page.say("subject.title"))


def _standing(page: _Page, row: Row) -> str:
    if row["ending"]:
        return page.say(f"ending.{row['ending']}.name")
    return page.say("subject.running", stage=page.say(f"stage.{row['stage']}") if row["stage"] else "-")


def _decided(page: _Page, found: Everything, entry: Row) -> Iterable[list[str]]:
    """What was decided about them: every fact that gives reasons."""
    body = entry["body"]
    codes = [body["reason"]] if isinstance(body.get("reason"), str) and body["reason"] else []
    for decision in (body, body.get("decision") or {}):
        codes += [code for code in decision.get("reasons") or () if isinstance(code, str)]
    if codes:
        by = body.get("decided_by") or entry["actor"]
        yield [_day(entry["at"]), entry["kind"].replace("_", " "), _who(found, str(by)), "; ".join(map(page.reason, dict.fromkeys(codes)))]


def _passed(tables: Callable[[str], list[Row]]) -> Iterable[list[str]]:
    kinds = {row["id"]: row["type"] for row in tables("outbox")}
    for row in tables("deliveries"):
        yield [_day(row["sent_at"]), kinds.get(row["parcel"], ""), row["partner"], row["state"]]
    for row in tables("partner_asks"):
        yield [_day(row["first_tried_at"]), row["key"], row["partner"], row["arrived"]]


def _protected(found: Everything, tables: Callable[[str], list[Row]]) -> Iterable[list[str]]:
    for row in tables("erasures"):
        yield [_day(row["proposed_at"]), "erasure", row["reason"], _who(found, row["proposed_by"])]
    for row in tables("holds"):
        yield [_day(row["placed_at"]), "hold", row["reason"], _who(found, row["placed_by"])]
    for row in tables("privacy_acts"):
        yield [_day(row["at"]), row["act"], row["reason"], _who(found, row["person"])]


def _who(found: Everything, person: str) -> str:
    """An office and an identifier, never a name."""
    roles = found.roles.get(person.removeprefix("person:"), ())
    return f"{person} ({', '.join(roles)})" if roles else person


def _day(moment: datetime | None) -> str:
    return moment.date().isoformat() if moment else "-"
