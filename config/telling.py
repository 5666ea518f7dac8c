"""Deadlines and waiting in words, in English and French: what `domain` says as data, said from the one catalogue."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, get_timezone_location
from babel.numbers import format_decimal

from config.words import Words
from domain.attention import decides, need_of
from domain.explanation import explain
from domain.letters import Phrase
from domain.slots import nation_of, without_nation
from domain.status import Status
from domain.vacancy_waiting import VacancyWhy
from domain.waiting import Wait, Why

#: European dates in English, as the notices write them.
LOCALES = {"en": "en_GB", "fr": "fr_FR"}

#: In which part of the catalogue a word is looked up that may stand for several things; the first that has it.
WHO = ("role", "party")
WHAT = ("condition", "deadline", "stage", "ask.kind", "ending")
#: Matters about a stage or a deadline, some of which are called like a condition.
FIRST = dict.fromkeys(("stage", "wrong_stage", "stage_passed"), ("stage",)) | dict.fromkeys(("deadline", "nothing_lapsed"), ("deadline",))


#: Matters about somebody whose id may be the name of a condition.
AS_IT_IS = frozenset({"partner_away"})


class Teller:
    """Says things in one language; moments are read in `zone`."""

    def __init__(self, words: Words, language: str, zone: str = "UTC") -> None:
        self._words, self.language, self._zone = words, language, zone

    # ---- deadlines --------------------------------------------------------------------------------------------------------

    def deadline(self, row: Mapping[str, Any]) -> str:
        """ "10 working days from 2 April 2025, Brussels HQ calendar 2025.1, due Wednesday 16 April 2025 23:59 (Brussels time)".

        `row` has the fields of a `DeadlineSet`: rule, due_at, limit_at, zone.
        """
        zone = str(row.get("zone") or self._zone)
        said = [self.phrase(part) for part in explain(str(row.get("rule") or ""))]
        said.append(self._say("explain.due", at=self.moment(row["due_at"], zone)))
        limit = row.get("limit_at")
        if limit and limit != row["due_at"]:
            said.append(self._say("explain.limit", at=self.moment(limit, zone)))
        return ", ".join(said)

    def key(self, key: str) -> str:
        """What a deadline is about: "screening"; of a decision of ours, what is to be decided."""
        need = need_of(key) if decides(key) else ""
        name, _, about = need.partition(":")
        return self._say("explain.decision", act=self._named(name, about)) if need else key.replace("_", " ")

    def phrase(self, phrase: Phrase) -> str:
        if not self._knows(phrase.key):  # a reason of this installation's own
            return phrase.key.partition(".")[2].replace("_", " ")
        return self._say(phrase.key, **{name: self._put(value) for name, value in phrase.values.items()})

    def moment(self, at: datetime, zone: str = "") -> str:
        """A moment with its day of the week, on the wall clock of the zone, which it names by a city."""
        there = at.astimezone(ZoneInfo(zone or self._zone))
        city = get_timezone_location(zone or self._zone, locale=LOCALES[self.language], return_city=True)
        time = f"{there:%H:%M}" if there.second in (0, 59) else f"{there:%H:%M:%S}"
        return self._say("explain.moment", day=self._date(there.date(), "EEEE d MMMM y"), time=time, city=str(city))

    def clock(self, at: datetime) -> str:
        """The time of day alone, to the second, in the zone."""
        return f"{at.astimezone(ZoneInfo(self._zone)):%H:%M:%S}"

    def day(self, at: datetime | date) -> str:
        there = at.astimezone(ZoneInfo(self._zone)).date() if isinstance(at, datetime) else at
        return self._date(there, "d MMMM y")

    def month(self, at: datetime | date) -> str:
        return self._date(at.date() if isinstance(at, datetime) else at, "MMMM y")

    def short_month(self, day: date) -> str:
        """ "Apr 2026"."""
        return self._date(day, "MMM y")

    def number(self, value: float) -> str:
        return str(format_decimal(value, locale=LOCALES[self.language]))

    def weekday(self, day: date) -> str:
        return self._date(day, "EEEE")

    # ---- waiting ----------------------------------------------------------------------------------------------------------

    def why(self, why: Why) -> list[str]:
        """The whole answer, a sentence or two a line, the heading first."""
        return [self._heading(why), *(self.wait(wait) for wait in why.waits)]

    def vacancy_why(self, why: VacancyWhy) -> list[str]:
        """The same for a vacancy."""
        return [self._say(f"waiting.vacancy.{why.status}"), *(self.wait(wait) for wait in why.waits)]

    def wait(self, wait: Wait) -> str:
        """One open matter: what, who can move it, since when, until when and why then."""
        text = f"{self._matter(wait)}."
        if wait.since:
            text += " " + self._say("waiting.since", day=self.day(wait.since))
        if wait.who:
            text += " " + self._say("waiting.who", who=self.who(wait.who))
        if wait.deadline:
            text += " " + self._say("waiting.time", explanation=self.deadline(wait.deadline.model_dump()))
        elif wait.until:
            key = "waiting.next_try" if wait.code == "partner_away" else "waiting.until"
            text += " " + self._say(key, at=self.moment(wait.until))
        return text

    def matter(self, wait: Wait) -> str:
        """What an open matter is about, without who and until when."""
        return self._matter(wait)

    # ---- where an application stands --------------------------------------------------------------------------------------

    def status(self, status: Status) -> list[str]:
        """What the candidate may see, a sentence a line: where it stands, then what they have to do and by when."""
        if status.ending:
            return [self._say(f"ending.{status.ending}.text")]
        values = {
            "interview_at": status.interview_at and self.moment(status.interview_at),
            "enters_on": status.enters_on and self.day(status.enters_on),
            "listed_until": status.listed_until and self.day(status.listed_until),
        }
        said = [self._say(f"status.{status.code}", **values)]
        return said + [self._say("status.to_do", task=self._say(f"task.{x.task}"), at=self.moment(x.due_at)) for x in status.to_do]

    def who(self, who: Iterable[str]) -> str:
        """Roles and parties in words; the nation in brackets."""
        return ", ".join(self._one(each) for each in who)

    def act(self, name: str) -> str:
        """What an act is, for people; its own name where the catalogue has no words for it."""
        return self._say(f"act.{name}") if self._knows(f"act.{name}") else name.replace("_", "-")

    def need(self, need: str) -> str:
        """What a case needs of somebody, `act` or `act:about`, as in the queue: "confirm a reply (medical approval)"."""
        act, _, about = need.partition(":")
        return self._named(act, about)

    def thing(self, word: str) -> str:
        """A condition, deadline, stage or request in words; the word itself when it is none of these."""
        return self._first(WHAT, word)

    def say(self, key: str, **values: Any) -> str:
        return self._say(key, **values)

    def raw(self, key: str) -> str:
        """A text of the catalogue as it stands, its places unfilled."""
        return self._words.raw(key, self.language)

    def knows(self, key: str) -> bool:
        return self._knows(key)

    def _heading(self, why: Why) -> str:
        if why.act and why.possible:
            not_by = why.never_by.removeprefix("person:")
            key = "waiting.possible_except" if not_by else "waiting.possible"
            return self._say(key, act=self._named(why.act, why.about), who=self.who(why.who), person=not_by)
        if why.act:
            return self._say("waiting.not_possible", act=self._named(why.act, why.about), who=self.who(why.who))
        if why.ending:
            return self._say("waiting.ended", ending=self._say(f"ending.{why.ending}.name"))
        return self._say("waiting.stands", stage=self._say(f"stage.{why.stage}")) if why.stage else self._say("waiting.not_begun")

    def _matter(self, wait: Wait) -> str:
        if self._knows(f"waiting.code.{wait.code}"):
            first = FIRST.get(wait.code, ())
            families = () if wait.code in AS_IT_IS else (*first, *WHAT)
            names = ", ".join(self._first(families, name) for name in wait.names)
            return self._say(f"waiting.code.{wait.code}", about=self._first(families, wait.about), names=names)
        if self._knows(f"act.{wait.code}"):
            return self._say("waiting.act", act=self._named(wait.code, wait.about))
        return self._say("waiting.other", code=wait.code.replace("_", " "))

    def _named(self, act: str, about: str) -> str:
        return f"{self.act(act)} ({self.thing(about)})" if about else self.act(act)

    def _one(self, who: str) -> str:
        party, _, nation = who.partition(":")
        return f"{self._first(WHO, party)} ({nation})" if nation else self._first(WHO, party)

    def _first(self, families: Iterable[str], word: str) -> str:
        """A word in the first family that has it; of a slot, the condition and in brackets the further nation."""
        plain, nation = without_nation(word), nation_of(word)
        if nation and len(nation) == 2:
            return f"{self._first(families, plain)} ({nation})"
        keys = (key for family in families for key in (f"{family}.{word}", f"{family}.{word}.name") if word and self._knows(key))
        found = next(keys, None)
        return self._say(found) if found else word

    # ---- how it is said ---------------------------------------------------------------------------------------------------

    def _put(self, value: Any) -> str:
        match value:
            case Phrase():
                return self.phrase(value)
            case list() | tuple():
                return " ".join(self._put(each) for each in value)
            case date():
                return self.day(value)
            case _:
                return str(value)

    def _date(self, day: date, pattern: str) -> str:
        text = str(format_date(day, pattern, locale=LOCALES[self.language]))
        # the first of a month is an ordinal in French, which the calendar data leave to the writer
        return f" {text}".replace(" 1 ", " 1er ").strip() if self.language == "fr" else text

    def _knows(self, key: str) -> bool:
        return key in self._words.known(self.language)

    def _say(self, key: str, **values: Any) -> str:
        return self._words.say(key, self.language, **values)


def explained(details: Mapping[str, Any]) -> dict[str, Any]:
    """The details of a refusal, each deadline in them said in words, in every language: the same sentence as `muster hire why` prints."""
    waiting = details.get("waiting")
    if not isinstance(waiting, list):
        return dict(details)
    return {**details, "waiting": [_explained(wait) if isinstance(wait, dict) and wait.get("deadline") else wait for wait in waiting]}


def _explained(wait: Mapping[str, Any]) -> dict[str, Any]:
    deadline = dict(wait["deadline"])
    row = deadline | {name: datetime.fromisoformat(deadline[name]) for name in ("due_at", "limit_at") if deadline.get(name)}
    words = {language: Teller(Words.load(), language).deadline(row) for language in LOCALES}
    return {**wait, "deadline": {**deadline, "words": words}}
