"""Vacancies: the list, and one of them with its posts, what it waits for and where its candidates stand."""

import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict

from acts.compartments import counts, opened
from acts.rights import Resource
from config.cursors import Cursors
from config.telling import Teller
from console.beside import beside
from console.exports import Column, Listing, every_page
from console.frame import Frame
from console.telling import names, pill
from console.visits import Shows, Visitor
from domain.conditions import needed
from domain.contract import CLAUSES, propose_terms
from domain.errors import NotNow
from domain.jobposting import job_posting
from domain.vacancy import Published, VacancySpec, VacancyState
from domain.words import Condition, Ending, Stage
from store.names import system_now

Reference = Annotated[str, Path(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$")]
OfVacancies = Annotated[Visitor, Depends(Shows(Resource.VACANCIES))]
PER_PAGE = 50
_HIRE = re.compile(r"hire/[a-z0-9-]+")
KEYS = ("published_at", "reference")
#: What is done to the reserve list is begun there.
OF_THE_LIST = frozenset({"call", "extend_list", "confirm_list_lapse"})


def routes(frame: Frame, cursors: Cursors) -> APIRouter:
    at = APIRouter()

    @at.get("/vacancies")
    async def vacancies(request: Request, visitor: OfVacancies, cursor: Annotated[str, Query(max_length=600)] = "") -> Response:
        question = {"screen": "vacancies"}
        after = cursors.read(cursor, question) if cursor else None
        rows = await visitor.desk.pages.vacancies(after, PER_PAGE + 1)
        shown = rows[:PER_PAGE]
        following = cursors.make(question, [shown[-1][name] for name in KEYS]) if len(rows) > PER_PAGE else ""
        now = await visitor.desk.clock.now()
        return frame.page(request, "vacancies.html", rows=shown, following=following, now=now, pill=pill)

    @at.get("/vacancies/{reference}")
    async def vacancy(
        request: Request, visitor: OfVacancies, reference: Reference, done: Annotated[int | None, Query(ge=0)] = None
    ) -> Response:
        row, now = await visitor.desk.vacancy(reference), await visitor.desk.clock.now()
        competition = visitor.sees(Resource.COMPETITION)
        given: dict[str, Any] = {"row": row, "now": now, "competition": competition, "pill": pill, "waiting": [], "done": done}
        standing = await visitor.desk.standing(f"vacancy/{reference}")
        mine = standing.allowed(visitor.roles) if visitor.sees(Resource.ACTING) else []
        given["acts"] = [name for name in mine if name not in OF_THE_LIST]
        given["reserve"] = competition and isinstance(standing.state, VacancyState) and bool(standing.state.listed)
        if competition:
            why, zone = await visitor.desk.vacancy_why(reference)
            lines = frame.teller(request, zone).vacancy_why(why)
            given["waiting"] = await _called(visitor, lines)
        published = await visitor.desk.vacancies_store.get(reference)
        given["contracts"] = contracts(published, frame.teller(request))
        ranked = [row for row in await visitor.desk.queries.ranked(reference) if row["rank"] is not None] if competition else []
        given |= {"ranked": ranked, "called": await names(visitor, ranked)}
        given["funnel"] = funnel(counts(row["counts"], opened(visitor.roles))) if competition else []
        given["beside"] = await beside(visitor, f"vacancy/{reference}", system_now())
        return frame.page(request, "vacancy.html", **given, terms=terms(VacancySpec.model_validate(row["spec"])))

    @at.get("/vacancies/{reference}/jobposting.json")
    async def posting(visitor: OfVacancies, reference: Reference) -> Response:
        """The schema.org JobPosting, as a page that advertises the vacancy would carry it."""
        row = await visitor.desk.vacancy(reference)
        if row["status"] == "cancelled":
            raise NotNow(f"vacancy {reference} was cancelled: nobody should be invited to apply", code="vacancy_over")
        found = job_posting(VacancySpec.model_validate(row["spec"]), row["published_at"], row["closes_at"])
        return JSONResponse(found, media_type="application/ld+json", headers={"cache-control": "no-store"})

    return at


@dataclass(frozen=True)
class Terms:
    """What a vacancy was published with: the notice's facts, the twin grades there are, the conditions each of its hires must meet."""

    spec: VacancySpec
    twins: tuple[tuple[str, str], ...]
    conditions: tuple[Condition, ...]


def terms(spec: VacancySpec) -> Terms:
    """The conditions as `recruitment.md` §2 derives them: funding only where a post waits for it, secondment with the hire."""
    twins = dict.fromkeys((post.grade_low, post.grade_high) for post in spec.posts if post.grade_low != post.grade_high)
    funded = all(post.funded is not False for post in spec.posts)
    return Terms(spec, tuple(twins), tuple(needed(seconded=False, funded=funded, fast_track=spec.fast_track)))


#: What of a contract is told of a vacancy: how long it is for, and what may follow.
HOW_LONG = ("duration", "afterwards", "renewal")


def contracts(published: Published, teller: Teller) -> list[tuple[str, list[str]]]:
    """For each kind of post, what somebody from outside is appointed for, by the figures frozen with the vacancy (`recruitment.md` §5)."""
    found: dict[str, list[str]] = {}
    for post in published.spec.posts:
        entered = published.published_at.date()  # no clause told here has a day in it
        terms = propose_terms(post, seconded=False, serving=False, enters_on=entered, rules=published.rules.contract, spec=published.spec)
        lines = (line.clause for line in terms.conditions if CLAUSES[line.clause][0] in HOW_LONG)
        found[str(post.kind)] = [teller.say(f"clause.{clause}", **terms.model_dump()) for clause in lines]
    return list(found.items())


async def _called(visitor: Visitor, lines: list[str]) -> list[str]:
    """The sentences with hires called by their candidates' names, for whom names are shown, else by their ids."""
    cases = {match for line in lines for match in _HIRE.findall(line)}
    called = await names(visitor, await visitor.desk.queries.brief(cases)) if cases else {}
    return [_HIRE.sub(lambda m: called.get(m[0], m[0].removeprefix("hire/")), line) for line in lines]


def funnel(found: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Where the candidates stand: open ones by stage, then the endings the reader may know; each with its share of the largest."""
    most = max((n for n in found.values() if isinstance(n, int)), default=1)
    stages = [("stage", str(stage), found[str(stage)]) for stage in Stage if found.get(str(stage))]
    endings = [("ending", str(ending), found[str(ending)]) for ending in Ending if found.get(str(ending))]
    return [{"family": family, "name": name, "n": n, "part": n / most} for family, name, n in stages + endings]


# ---- the list as a file ----------------------------------------------------------------------------------------------------


class Asked(BaseModel):
    """The list has no filters yet."""

    model_config = ConfigDict(extra="forbid")


def _chunks(visitor: Visitor, asked: Asked) -> AsyncIterator[list[dict[str, Any]]]:
    return every_page(visitor.desk.pages.vacancies, KEYS)


def _columns(visitor: Visitor) -> list[Column]:
    return [
        Column("vacancy", "console.col.vacancy", lambda row, teller: row["reference"]),
        Column("title", "console.col.title", lambda row, teller: row[f"title_{teller.language}"]),
        Column("state", "console.col.state", lambda row, teller: teller.say(f"console.status.{row['status']}")),
        Column("closes", "console.col.closes", lambda row, teller: row["closes_at"] or teller.say("console.vacancy.ongoing")),
    ]


LISTING = Listing("vacancies", Resource.VACANCIES, Asked, _columns, lambda asked, teller: (), _chunks)
