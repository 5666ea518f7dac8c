"""`python -m cli.rights_page > docs/rights.md`: who may see and do what, printed from the tables the doors themselves ask."""

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any

from fastapi import APIRouter
from fastapi.routing import APIRoute

from acts.compartments import OPENS
from acts.digest import office_zone
from acts.needs import Free, Need, needs
from acts.rights import SEES, Resource
from config.cursors import Cursors
from config.words import Words
from console.assets import Assets
from console.frame import Frame
from console.pages.hire import Engine
from console.wiring import routers as of_console
from domain.acts import ACTS
from domain.competition import ACTS as VACANCY_ACTS
from domain.deeds import DEEDS
from domain.four_eyes import PAIRS
from domain.looking import Category
from domain.words import Role
from gateway.api.wiring import routers as of_api

#: How a role heads its column.
SHORT: dict[Role, str] = {
    Role.HR_OFFICER: "HR",
    Role.HR_HEAD: "Head",
    Role.HIRING_MANAGER: "HM",
    Role.BOARD_MEMBER: "BM",
    Role.BOARD_CHAIR: "BC",
    Role.STAFF_OBSERVER: "Obs",
    Role.APPOINTING_AUTHORITY: "AA",
    Role.SECURITY_OFFICE: "Sec",
    Role.MEDICAL_OFFICE: "Med",
    Role.ACCREDITATION_DESK: "Acc",
    Role.LINE_MANAGER: "LM",
    Role.AUDITOR: "Aud",
    Role.DATA_PROTECTION_OFFICER: "DPO",
    Role.KEY_ADMINISTRATOR: "Key",
}
INTRO = """# Who may see and do what

Printed from the tables the doors, the acts and the tests ask (`acts/rights.py`, `acts/compartments.py`, `domain/acts/`,
`domain/competition/`, `domain/deeds.py`, `domain/four_eyes.py`): change those, then

    python -m cli.rights_page > docs/rights.md

A house test holds this page to them. `make prove PROOFS=access` asks every address as everybody and compares; nobody gets further than this
page says. Somebody who stands in for another has that one's roles for the time. What is marked **2** is the second pair of eyes: never the
person who did the act named beside it, nor in that person's name; the act, the case and the database each refuse it. Approvals are given in
person, never by token.
"""


def page() -> str:
    """The whole page."""
    columns = ", ".join(f"{short} {str(role).replace('_', ' ')}" for role, short in SHORT.items())
    pairs = {pair.act: pair.proposes or pair.first for pair in PAIRS}
    return "\n".join(
        [
            INTRO,
            f"Columns: {columns}.\n",
            "## What is shown\n\nPages and addresses under `/api/v1` stand beside what they show; `POST` changes something.\n",
            *_table("what", (_seen(resource) for resource in Resource), "where"),
            "\n## Answers of the authorities\n\nWhoever sees a case at all sees of these only what is marked; the rest is withheld.\n",
            *_table("answer", ((str(each), _opened(each), 0, "") for each in sorted({c for seen in OPENS.values() for c in seen}))),
            "\n## Acts on a hire\n",
            *_table("act", _acts(ACTS, pairs), "what it does"),
            "\n## Acts on a vacancy\n",
            *_table("act", _acts(VACANCY_ACTS, pairs), "what it does"),
            "\n## Everything else that is done\n",
            *_table("deed", ((name, deed.roles, deed.second_of, deed.says) for name, deed in DEEDS.items()), "what it is"),
            "\n## Addresses no right of ours opens\n\n| address | why |\n|---|---|",
            *(f"| `{what}` | {need.free} |" for what, need in _routes() if need.free and need.free is not Free.SIGNED),
            "\nPartners have a door of their own (`muster gateway`): each proves itself by signature, token or certificate,"
            "\nand reaches its own alone ([integrating.md](integrating.md)).\n",
        ]
    )


Row = tuple[str, frozenset[Role], Any, str]


def _table(first: str, rows: Iterable[Row], last: str = "") -> list[str]:
    head = [first, *SHORT.values(), *([last] if last else [])]
    lines = [f"| {' | '.join(head)} |", "|---" * len(head) + "|"]
    for name, roles, second, says in rows:
        marks = [("2" if second else "x") if role in roles else "" for role in SHORT]
        beside = f" (after `{second}`)" if second else ""
        lines.append(f"| `{name}`{beside} | {' | '.join(marks)} |" + (f" {says} |" if last else ""))
    return lines


def _acts(table: Mapping[str, Any], pairs: Mapping[str, str]) -> Iterable[Row]:
    return ((name, act.roles, pairs.get(name, ""), act.says) for name, act in sorted(table.items()))


def _opened(category: Category) -> frozenset[Role]:
    return frozenset(role for role, seen in OPENS.items() if category in seen)


def _seen(resource: Resource) -> Row:
    """What a resource is, by where it is shown; acts have tables of their own."""
    where = [f"`{what}`" for what, need in _routes() if need.resource is resource and not need.act]
    return str(resource), SEES[resource], 0, ", ".join(where) or "within a page, or with an act"


@cache
def _routes() -> list[tuple[str, Need]]:
    """Every address of the console and of the people's API, with its one need."""
    frame = Frame(Words.load(), Assets(), office_zone())
    nothing: Any = None
    routers: list[APIRouter] = [*of_console(frame, Cursors(b""), nothing, Engine()), frame.assets.routes(), *of_api(Cursors(b""))]
    found = [route for router in routers for route in router.routes if isinstance(route, APIRoute)]
    return [(_called(method, route.path), needs(route)[0]) for route in found for method in sorted(route.methods or ())]


def _called(method: str, path: str) -> str:
    return path if method == "GET" else f"{method} {path}"


def main(say: Callable[[str], object] = print) -> None:
    say(page().rstrip())


if __name__ == "__main__":
    main()
