"""What the portal's status page is made of: a journal, whose application it was, and the zone its moments are told in."""

from sqlalchemy import select

from domain.facts import Entry
from store.database import Database
from store.records import Records
from store.tables import cases, people
from store.vacancies import Vacancies


class Standings:
    def __init__(self, db: Database) -> None:
        self._db, self._records, self._vacancies = db, Records(db), Vacancies(db)

    async def journal(self, case: str) -> list[Entry]:
        return await self._records.journal(case)

    async def brought_by(self, case: str) -> str | None:
        """The partner that named this case's candidate; a linked case has the same one. None for an unknown case."""
        query = select(people.c.source).join(cases, cases.c.candidate == people.c.candidate).where(cases.c.case_id == case)
        return await self._db.read(lambda rx: rx.execute(query).scalar_one_or_none())

    async def zone(self, vacancy: str) -> str:
        """The duty station's zone. Raises NotFound."""
        return (await self._vacancies.get(vacancy)).spec.duty_station.zone
