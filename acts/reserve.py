"""The reserve lists for whoever works with them: who is on one, and who may be called to which post. A desk's own part: `Desk.reserve`."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from domain.competition.matching import Match, matches
from domain.errors import NotFound
from domain.vacancy import Published, VacancyState, fold
from store.database import Database
from store.people import People
from store.queries import Queries, Row
from store.reserve import Reserves
from store.vacancies import Vacancies


@dataclass(frozen=True)
class ReserveList:
    """One list: the vacancy as it stands and as it was published."""

    state: VacancyState
    published: Published

    @property
    def extensions_left(self) -> int:
        return max(self.published.rules.reserve.extensions - self.state.list_extensions, 0)

    def matched(self, post: str, at: datetime) -> list[Match]:
        return matches(self.state, post, at)

    def grades(self, hire: str) -> list[str]:
        """The grades of the open posts somebody may be called to, those they declined left out; low to high where a post is twin-graded."""
        declined = next((listed.declined for listed in self.state.listed if listed.hire == hire), ())
        specs = [post.spec for post in self.state.open_posts if post.id not in declined]
        return sorted({spec.grade_low if spec.grade_low == spec.grade_high else f"{spec.grade_low}–{spec.grade_high}" for spec in specs})


class ReserveDesk:
    def __init__(self, db: Database, people: People, queries: Queries) -> None:
        self._kept, self._people, self._queries, self._vacancies = Reserves(db), people, queries, Vacancies(db)

    async def lists(self) -> list[Row]:
        """Every list with somebody on it, the one that ends first at the top."""
        return await self._kept.lists()

    async def of(self, reference: str) -> ReserveList:
        """One list. Raises NotFound."""
        return ReserveList(fold(await self._queries.entries(f"vacancy/{reference}")), await self._vacancies.get(reference))

    async def languages(self, cases: Iterable[str]) -> dict[str, list[Any]]:
        """The languages these people stated when they applied, by case; whose application is gone is left out. Personal: note the look."""
        found: dict[str, list[Any]] = {}
        for case, ref in (await self._kept.papers(list(cases))).items():
            try:
                body = (await self._people.application(ref)).body
            except NotFound:
                continue
            found[case] = [dict(each) for each in body.get("languages", ())]
        return found
