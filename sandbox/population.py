"""Who applies, and what is in store for them: a population drawn from a seed, the same for the same seed on every machine.

What a candidate, an authority or a line manager will do stands in the sandbox's own tables (`Fate`), dealt from a deck per
vacancy and never visible outside: names, ids and applications are drawn before the deck is dealt and say nothing about it.
A deck makes every ending of `recruitment.md` §8 certain for any seed; the rest (who, from where, how fast, how often) varies.
"""

import hashlib
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal

from domain.nations import MEMBERS
from domain.words import Condition, Stage

Defect = Literal["", "nationality", "language", "education", "clearance", "status", "late"]
OfferHabit = Literal["accepts", "declines", "silent", "asks_time"]

POOL, TWIN, CANCELLED = "250442", "240655", "270311"
#: Where people come from who may not apply; any nation outside the members' list would do.
OUTSIDE = ("CH", "AT", "IE", "BR", "JP", "MA", "AU", "KR")
#: The usual days each nation takes over a clearance (facts.md §2 has 8 weeks to 18 months; these are the sandbox's own).
CLEARANCE_DAYS: Mapping[str, int] = {
    nation: 42 + int(hashlib.sha256(nation.encode()).hexdigest()[:4], 16) % 100 for nation in sorted(MEMBERS | set(OUTSIDE))
}


def draw(seed: int, *about: object) -> random.Random:
    """A random source of its own for each question, so that no answer depends on the order in which questions come."""
    return random.Random("/".join(map(str, (seed, *about))))


@dataclass(frozen=True)
class Fate:
    """What the future holds for one candidate. `merit` (0-100) is what a short list and a board will see of them."""

    merit: int
    defect: Defect = ""
    leaves_at: Stage | None = None
    answers_assessment: bool = True
    offer: OfferHabit = "accepts"
    #: What an authority answers, in order; nothing said means the usual yes, an empty tuple means silence.
    replies: Mapping[Condition, tuple[str, ...]] = field(default_factory=dict)
    slow: bool = False
    signs: bool = True
    comes: bool = True
    confirmed: bool = True
    suspected: Literal["", "upheld", "cleared"] = ""
    moves: bool = False
    seconded: bool = False
    applies_twice: bool = False
    #: What people do of their own accord about this candidate (`occasions.py`).
    occasion: str = ""


@dataclass(frozen=True)
class Persona:
    """One candidate of one vacancy. `id` is the portal's; `application` is the data of the event."""

    id: str
    vacancy: str
    application: dict[str, Any]
    applies_at: datetime
    fate: Fate

    @property
    def nations(self) -> tuple[str, ...]:
        return tuple(self.application["candidate"]["nationalities"])

    @property
    def language(self) -> str:
        return str(self.application["contact"]["language"])


# ---- the decks -------------------------------------------------------------------------------------------------------------


def _merit(low: int, high: int, *fates: Fate) -> list[tuple[Fate, int, int]]:
    return [(fate, low, high) for fate in fates]


def _some(count: int, **more: Any) -> list[Fate]:
    return [Fate(merit=0, **more) for _ in range(count)]


def _refused(condition: Condition, outcome: str, **more: Any) -> Fate:
    return Fate(merit=0, replies={condition: (outcome,)}, **more)


C = Condition
#: Per vacancy: (fate, lowest merit, highest merit). Below 40 nobody is short-listed, from 60 the board recommends, from 80 it selects.
DECKS: Mapping[str, list[tuple[Fate, int, int]]] = {
    POOL: [
        *_merit(20, 70, *_some(2, defect="late"), *_some(3, defect="nationality")),
        *_merit(10, 38, *_some(4)),
        *_merit(42, 75, *_some(2, answers_assessment=False), *_some(1, suspected="upheld")),
        *_merit(42, 75, *_some(1, leaves_at=Stage.SCREENING), *_some(1, leaves_at=Stage.INTERVIEW)),
        *_merit(42, 58, *_some(3), *_some(1, applies_twice=True)),
        *_merit(
            82,
            98,
            Fate(merit=0, offer="declines"),
            Fate(merit=0, offer="silent"),
            _refused(C.CLEARANCE, "refused"),
            Fate(merit=0, replies={C.CLEARANCE: ()}),
            _refused(C.MEDICAL, "unfit"),
            _refused(C.VERIFICATION, "not_confirmed"),
            _refused(C.ACCREDITATION, "refused"),
            _refused(C.SECONDMENT, "refused", seconded=True),
            Fate(merit=0, signs=False),
            Fate(merit=0, comes=False),
            Fate(merit=0, confirmed=False),
            Fate(merit=0, leaves_at=Stage.CONDITIONS),
            Fate(merit=0, seconded=True),
            Fate(merit=0, replies={C.CLEARANCE: ("granted", "refused")}),
            Fate(merit=0, offer="asks_time", replies={C.MEDICAL: ("fit_with_adjustments",)}),
        ),
        *_merit(62, 78, *_some(14), Fate(merit=0, suspected="cleared"), Fate(merit=0, replies={C.VERIFICATION: ("partly", "confirmed")})),
        *_merit(62, 78, Fate(merit=0, replies={C.CLEARANCE: ("interim", "granted")}), Fate(merit=0, seconded=True)),
        # what people do of their own accord (occasions.py)
        *_merit(42, 58, *(Fate(merit=0, occasion=name) for name in ("handed_over", "held", "recused", "slots"))),
        *_merit(82, 98, *(Fate(merit=0, occasion=name) for name in ("on_paper", "extended", "deputy"))),
        *_merit(82, 98, *(Fate(merit=0, occasion=name) for name in ("postponed", "rejected", "paused_condition", "paper_contract"))),
        *_merit(82, 98, Fate(merit=0, occasion="waived", replies={C.VERIFICATION: ("not_confirmed",)})),
        *_merit(82, 98, Fate(merit=0, occasion="appealed", replies={C.MEDICAL: ("unfit",)}), Fate(merit=0, occasion="expires")),
        *_merit(82, 98, Fate(merit=0, occasion="late_answer", offer="silent")),
        *_merit(42, 58, *(Fate(merit=0, occasion=name) for name in ("reviewed", "corrected"))),
        *_merit(10, 38, Fate(merit=0, occasion="reviewed_in_vain")),
        *_merit(78, 79, Fate(merit=0, offer="declines")),
    ],
    TWIN: [
        *_merit(20, 70, *_some(1, defect="late")),
        *_merit(20, 70, *_some(1, defect="clearance"), *_some(1, defect="status"), *_some(1, defect="language")),
        *_merit(10, 38, *_some(2)),
        *_merit(42, 75, *_some(1, answers_assessment=False), *_some(1, leaves_at=Stage.SHORTLISTING)),
        *_merit(42, 58, *_some(2)),
        *_merit(95, 98, Fate(merit=0, leaves_at=Stage.CONDITIONS)),
        *_merit(88, 91, Fate(merit=0, occasion="higher_grade")),
        *_merit(82, 84, Fate(merit=0)),
        *_merit(80, 80, Fate(merit=0, moves=True)),
    ],
    CANCELLED: [
        *_merit(20, 70, *_some(1, defect="late"), *_some(1, defect="language"), *_some(1, defect="education")),
        *_merit(10, 38, *_some(2)),
        *_merit(42, 75, *_some(1, answers_assessment=False), *_some(1, leaves_at=Stage.ASSESSMENT)),
        *_merit(42, 58, *_some(2)),
        *_merit(94, 98, Fate(merit=0, slow=True), Fate(merit=0, slow=True)),
        *_merit(81, 88, *_some(3)),
    ],
}


# ---- drawing it ------------------------------------------------------------------------------------------------------------

# fmt: off
_FIRST = (
    "Anna", "Björn", "Chiara", "David", "Elif", "Filip", "Greta", "Hugo", "Inês", "Jakub", "Katrin", "Luca", "Marie", "Niels",
    "Olga", "Pavel", "Rosa", "Stefan", "Tomas", "Ursula", "Viktor", "Wanda", "Yannis", "Zoé", "Amélie", "Bruno", "Carla", "Daan",
    "Eva", "Finn", "Gaëlle", "Henrik", "Iva", "Jonas", "Kirsten", "Lena", "Mihai", "Nora", "Oskar", "Petra",
)
_LAST = (
    "Adler", "Bakker", "Costa", "Dubois", "Ferrari", "García", "Hansen", "Ivanov", "Jansen", "Kovács", "Laurent", "Moreau",
    "Novák", "Olsen", "Petrov", "Quinn", "Rossi", "Silva", "Tamm", "Ulrich", "Vidal", "Weber", "Yılmaz", "Zeman", "Andersen",
    "Bianchi", "Claes", "Dimitrov", "Ek", "Fontaine", "Georgiou", "Horvat", "Ionescu", "Jensen",
)
# fmt: on
_STATUSES = ("civilian_staff", "temporary_staff", "consultant", "contractor", "intern", "voluntary_national_contribution")
_FIELDS = ("public administration", "languages", "economics", "law", "information management", "history", "engineering")
_EMPLOYERS = ("Ministry of Defence", "City of Ghent", "Northbridge Logistics", "University Hospital", "Atlas Consulting", "Customs Service")
_TITLES = ("assistant", "office manager", "project officer", "finance clerk", "programme assistant", "administrator")
_ROLE_PROFILES = ("administrative support", "programme and project support", "human resources", "finance and budget")
_ANSWERS = (
    "I ran the calendar, the travel and the budget lines of a team of twelve for four years.",
    "My last project moved three archives into one system without a day of downtime.",
    "I draft and proofread in both languages every day, and I like deadlines that can be kept.",
)


def population(seed: int, closings: Mapping[str, datetime], now: datetime) -> list[Persona]:
    """Everybody who will apply, by vacancy and moment. `closings` are the vacancies' closing instants (aware), `now` the present."""
    everyone: list[Persona] = []
    names = _names(seed)
    for vacancy in sorted(closings):
        deck = _dealt(seed, vacancy)
        for n, fate in enumerate(deck):
            everyone.append(_persona(seed, vacancy, n, next(names), fate, closings[vacancy], now))
    return sorted(everyone, key=lambda p: (p.applies_at, p.id))


def _dealt(seed: int, vacancy: str) -> list[Fate]:
    source = draw(seed, "deck", vacancy)
    fates = [replace(fate, merit=source.randint(low, high)) for fate, low, high in DECKS[vacancy]]
    source.shuffle(fates)
    return fates


def _names(seed: int) -> Iterator[tuple[str, str]]:
    source = draw(seed, "names")
    pairs = [(first, last) for first in _FIRST for last in _LAST]
    source.shuffle(pairs)
    return iter(pairs)


def _persona(seed: int, vacancy: str, n: int, name: tuple[str, str], fate: Fate, closes_at: datetime, now: datetime) -> Persona:
    source = draw(seed, "candidate", vacancy, n)
    candidate_id = f"p{source.getrandbits(48):012x}"
    applies_at = _moment(source, fate, closes_at, now)
    status = _status(source, vacancy, fate)
    nations = _nations(source, fate)
    candidate: dict[str, Any] = {"id": candidate_id, "status": status, "nationalities": nations, "employer_kind": "public"}
    if fate.seconded:
        candidate["seconded_by"] = nations[0]
    if status != "external" and fate.defect != "clearance":
        candidate["clearance_on_file"] = {
            "level": source.choice(("NS", "NS", "CTS")),
            "issued_by": f"nsa-{nations[0].lower()}",
            "valid_until": (closes_at.date() + timedelta(days=900 + source.randint(0, 900))).isoformat(),
        }
    application = {
        "candidate": candidate,
        "channel": "internal" if status == "civilian_staff" else "public",
        "vacancy": vacancy,
        "role_profiles": source.sample(_ROLE_PROFILES, source.randint(1, 2)) if vacancy == POOL else [],
        "languages": _languages(source, vacancy, fate),
        **_career(source, vacancy, fate, closes_at.date()),
        "declarations": {"relatives": False, "military_service": source.random() < 0.4, "ai_used": False},
        "answers": [{"question": "motivation", "text": _answer(source)}],
        "contact": _contact(source, name, n),
    }
    return Persona(candidate_id, vacancy, application, applies_at, fate)


def _moment(source: random.Random, fate: Fate, closes_at: datetime, now: datetime) -> datetime:
    """When the portal sends it: in the four weeks before closing, a good part of them on the last days; or too late."""
    if fate.defect == "late":
        return closes_at + source.choice((timedelta(seconds=1), timedelta(minutes=12), timedelta(hours=30)))
    latest, earliest = 1, 26
    days = source.choice((source.randint(latest, 4), source.randint(latest, earliest)))
    day = (closes_at - timedelta(days=days + (4 if fate.applies_twice else 0))).date()
    return max(datetime(day.year, day.month, day.day, 10, tzinfo=UTC), now + timedelta(hours=1))


def _status(source: random.Random, vacancy: str, fate: Fate) -> str:
    if fate.seconded:
        return "national_administration"
    if fate.occasion == "higher_grade":
        return "civilian_staff"
    if fate.defect == "status":
        return "external"
    if vacancy == TWIN:
        return source.choice((*_STATUSES, "national_administration"))
    return source.choice((*["external"] * 6, "civilian_staff", "temporary_staff", "contractor"))


def _nations(source: random.Random, fate: Fate) -> list[str]:
    if fate.defect == "nationality":
        return source.sample(OUTSIDE, source.choice((1, 1, 2)))
    first = source.choice(sorted(MEMBERS))
    if source.random() < 0.2:  # of two nationalities one suffices, in whichever order they are given
        second = source.choice(sorted((MEMBERS | set(OUTSIDE)) - {first}))
        pair = [first, second]
        if not fate.seconded:
            source.shuffle(pair)
        return pair
    return [first]


def _languages(source: random.Random, vacancy: str, fate: Fate) -> list[dict[str, str]]:
    """V in one and III in the other, whichever way round (only the officer's notice says which must be which)."""
    best, other = ("V", source.choice(("III", "IV", "V")))
    if fate.defect == "language":
        best, other = ("V", source.choice(("I", "II")))
    first, second = ("en", "fr") if vacancy == CANCELLED else source.choice((("en", "fr"), ("fr", "en")))
    return [{"code": first, "level": best}, {"code": second, "level": other}]


def _career(source: random.Random, vacancy: str, fate: Fate, day: date) -> dict[str, list[dict[str, Any]]]:
    """Studies and work that meet one of the alternatives of the notice with room to spare; or clearly none."""
    officer = vacancy == CANCELLED
    level, years = source.choice((("master", 4), ("bachelor", 8)) if officer else (("higher_secondary", 6), ("post_secondary", 4)))
    if fate.defect == "education":
        level, years = "higher_secondary", 2
    graduated = date(day.year - years - source.randint(1, 6), 6, 30)
    studies = {
        "level": level,
        "field": source.choice(_FIELDS),
        "from": date(graduated.year - 4, 9, 1).isoformat(),
        "to": graduated.isoformat(),
    }
    started = date(day.year - years, 1, 15)
    changed = date(day.year - years // 2, 3, 1)
    work = [
        {"employer": source.choice(_EMPLOYERS), "title": source.choice(_TITLES), "from": a.isoformat(), **to, "related": True}
        for a, to in ((started, {"to": (changed - timedelta(days=1)).isoformat()}), (changed, {}))
    ]
    return {"education": [studies], "experience": work}


def _answer(source: random.Random) -> str:
    return "See CV" if source.random() < 0.06 else source.choice(_ANSWERS)


def _contact(source: random.Random, name: tuple[str, str], n: int) -> dict[str, str]:
    first, last = name
    box = "".join(c for c in f"{first}.{last}".lower() if c.isascii() and (c.isalpha() or c == "."))
    host = source.choice(("mail", "post", "inbox"))
    return {"name": f"{first} {last}", "email": f"{box}{n}@{host}.example", "language": source.choice(("en", "en", "fr"))}
