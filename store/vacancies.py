"""Vacancies as frozen at publication: the spec and the policy in force, by content hash."""

from functools import partial

from sqlalchemy import Connection, RowMapping, select

from domain.errors import Conflict, NotFound
from domain.vacancy import Published
from store.database import Database
from store.tables import cases, vacancies


class Vacancies:
    def __init__(self, db: Database) -> None:
        self._db = db

    async def publish(self, published: Published) -> Published:
        """Keep a vacancy and open its case "vacancy/<reference>"; the same content again returns what stands already.

        Raises Conflict for another content under the same reference: what is published is frozen.
        """
        return await self._db.write(partial(self._publish, published))

    def _publish(self, published: Published, tx: Connection) -> Published:
        reference = published.spec.reference
        row = {"reference": reference, "status": "", "number": 0, **_frozen(published)}
        tx.execute(self._db.insert(vacancies).on_conflict_do_nothing(), [row])
        stands = _get(reference, tx)
        if stands.sha256 != published.sha256:
            raise Conflict(f"vacancy {reference} was published before with other content", code="other_content", vacancy=reference)
        case = {"case_id": f"vacancy/{reference}", "kind": "vacancy", "vacancy": reference, "candidate": None, "linked": False}
        tx.execute(self._db.insert(cases).on_conflict_do_nothing(), [case | {"created_at": stands.published_at}])
        return stands

    async def get(self, reference: str) -> Published:
        """The vacancy as published. Raises NotFound."""
        return await self._db.read(partial(_get, reference))

    async def list(self) -> list[Published]:
        """All of them, the oldest first."""
        query = select(vacancies).order_by(vacancies.c.published_at, vacancies.c.reference)
        return await self._db.read(lambda rx: [_published(row) for row in rx.execute(query).mappings()])


def _frozen(published: Published) -> dict[str, object]:
    return {
        "spec": published.spec.model_dump(mode="json"),
        "rules": published.rules.model_dump(mode="json"),
        "sha256": published.sha256,
        "closes_at": published.closes_at,
        "published_at": published.published_at,
        "title_en": published.spec.title.en,
        "title_fr": published.spec.title.fr,
    }


def _get(reference: str, connection: Connection) -> Published:
    row = connection.execute(select(vacancies).where(vacancies.c.reference == reference)).mappings().one_or_none()
    if row is None:
        raise NotFound(f"there is no vacancy {reference}", code="unknown_vacancy", vacancy=reference)
    return _published(row)


def _published(row: RowMapping) -> Published:
    return Published.model_validate({name: row[name] for name in ("spec", "rules", "closes_at", "published_at", "sha256")})
