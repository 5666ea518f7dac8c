"""The frame every page stands in: rail, bar, words in the reader's language, moments and states as everybody here writes them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from acts.rights import Resource
from config.telling import Teller
from config.words import LANGUAGES, Words
from console.assets import Assets
from console.telling import pill_words
from console.visits import Visitor, language_of
from store.names import system_now

TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True)
class Place:
    """One entry of the rail: `g` and then `key` goes there."""

    name: str
    address: str
    resource: Resource
    key: str


#: The rail, from top to bottom. A place is shown to whoever may look at what it is about.
RAIL = (
    Place("overview", "/", Resource.ONESELF, "o"),
    Place("board", "/board", Resource.PARTS, "b"),
    Place("hires", "/hires", Resource.PARTS, "h"),
    Place("vacancies", "/vacancies", Resource.VACANCIES, "v"),
    Place("deadlines", "/deadlines", Resource.FIGURES, "d"),
    Place("reserve", "/reserve", Resource.COMPETITION, "r"),
    Place("integrations", "/integrations", Resource.EVENTS, "i"),
    Place("policies", "/policies", Resource.RULES, "p"),
    Place("calendars", "/calendars", Resource.RULES, "c"),
    Place("audit", "/audit", Resource.AUDIT, "u"),
    Place("retention", "/retention", Resource.PRIVACY, "t"),
    Place("system", "/system", Resource.EVENTS, "s"),
)
THEMES = ("system", "light", "dark")


@dataclass(frozen=True)
class Frame:
    """Makes pages. `zone` is where a moment is read whose case says no zone of its own."""

    words: Words
    assets: Assets
    zone: str
    env: Environment = field(init=False, repr=False)
    codes: list[str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        env = Environment(
            loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
        )
        env.globals["asset"] = self.assets.at
        env.globals["pill_words"] = pill_words
        object.__setattr__(self, "env", env)
        known = (key.removeprefix("reason.") for key in self.words.known() if key.startswith("reason."))
        object.__setattr__(self, "codes", sorted(known))

    def page(self, request: Request, template: str, status: int = 200, **values: Any) -> HTMLResponse:
        """A whole page, or a part of one, in the reader's language."""
        text = self.env.get_template(template).render(self._given(request) | values)
        return HTMLResponse(text, status, {"cache-control": "no-store", "vary": "accept-language, cookie"})

    def teller(self, request: Request, zone: str | None = None) -> Teller:
        """Tells facts, deadlines and reasons in the reader's language; moments in `zone`, else where this installation is."""
        return Teller(self.words, language_of(request), zone or self.zone)

    def _given(self, request: Request) -> dict[str, Any]:
        """What every template may use: `say`, `teller`, who is looking, where they are."""
        language = language_of(request)
        visitor: Visitor | None = getattr(request.state, "visitor", None)
        teller = self.teller(request)

        def say(key: str, /, **given: Any) -> str:
            return self.words.say(key, language, **given)

        def several(n: int, key: str, /, **given: Any) -> str:
            return say(f"{key}.{'one' if n == 1 else 'many'}", n=n, **given)

        return {
            "say": say,
            "several": several,
            "teller": teller,
            "language": language,
            "languages": LANGUAGES,
            "theme": visitor.likes.get("theme", "system") if visitor else "system",
            "themes": THEMES,
            "visitor": visitor,
            "held_at": system_now(),
            "counts": getattr(request.state, "counts", {}),
            "position": getattr(request.state, "position", None),
            "rail": [place for place in RAIL if visitor and visitor.sees(place.resource)],
            "path": request.url.path,
            "here": _address(request),
            "with_query": lambda **changed: _address(request, changed),
            "relative": lambda at, now: relative(at, now, say),
            "option": lambda field, value: option(field, value, teller),
            "shown": lambda field, value: say(f"console.{value}") if field.kind == "yes_no" else option(field.name, value, teller),
            "codes": self.codes,
        }


def _address(request: Request, changed: Mapping[str, Any] | None = None) -> str:
    """This address, with some of its query changed; what is None goes. A change begins the list anew."""
    query = {name: value for name, value in request.query_params.items() if not changed or name != "cursor"} | dict(changed or {})
    kept = {name: value for name, value in query.items() if value not in (None, "")}
    return request.url.path + (f"?{urlencode(kept)}" if kept else "")


def relative(at: datetime | date, now: datetime, say: Any) -> str:
    """How far off a moment is, in whole days or, within a day, in hours: "in 3 days", "2 days ago"."""
    moment = at if isinstance(at, datetime) else datetime.combine(at, now.timetz())
    seconds = (moment - now).total_seconds()
    if abs(seconds) < 60:
        return str(say("console.time.now"))
    unit, size = ("day", 86400) if abs(seconds) >= 86400 else ("hour", 3600) if abs(seconds) >= 3600 else ("minute", 60)
    n = int(abs(seconds) // size)
    span = say(f"count.{unit}.{'one' if n == 1 else 'many'}", n=n)
    return str(say("console.time.ahead" if seconds >= 0 else "console.time.ago", span=span))


#: In which part of the catalogue the values of a field are looked up.
FAMILIES = {"outcome": "outcome", "kind": "post_kind", "measures": "measure", "reason": "reason", "code": "reason"}


def option(field: str, value: str, teller: Teller) -> str:
    """One value of a field, in words where the catalogue has some."""
    if field in ("condition", "about"):
        return teller.thing(value)
    if field == "deadline" and value.startswith("kept."):
        return teller.say("console.vacancy.kept", hire=value.rpartition("/")[2])
    if field == "deadline":
        return teller.thing(value) if teller.thing(value) != value else teller.key(value)
    keys = (f"{family}.{value}" for family in (FAMILIES.get(field), "console.value") if family)
    return next((teller.say(key) for key in keys if teller.knows(key)), value.replace("_", " "))
