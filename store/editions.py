"""The editions of policies: proposed, published, in force from when."""

from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, select

from domain.editions import Edition
from domain.errors import Conflict, NotFound
from domain.log.leaf import Kind, Leaf
from store import log
from store.database import Database
from store.tables import policies


class Editions:
    def __init__(self, db: Database) -> None:
        self._db = db

    async def list(self, name: str | None = None) -> list[Edition]:
        """All editions, or those of one policy, in the order in which they were proposed."""
        wanted = select(policies).order_by(policies.c.proposed_at, policies.c.name, policies.c.version)
        wanted = wanted if name is None else wanted.where(policies.c.name == name)
        return await self._db.read(lambda rx: [_edition(row) for row in rx.execute(wanted).mappings()])

    async def get(self, name: str, version: str) -> Edition:
        """One edition. Raises NotFound."""
        found = next((each for each in await self.list(name) if each.version == version), None)
        if found is None:
            raise NotFound(f"there is no policy {name} {version}", code="unknown_policy", policy=name)
        return found

    async def propose(self, edition: Edition) -> Edition:
        """Keep a new edition; one that stands is returned as it stands. Raises Conflict for other content under its version."""
        return await self._db.write(partial(self._propose, edition))

    def _propose(self, edition: Edition, tx: Connection) -> Edition:
        new = tx.execute(self._db.insert(policies).values(_row(edition)).on_conflict_do_nothing().returning(policies.c.name)).first()
        stands = _edition(tx.execute(_one(edition)).mappings().one())
        if stands.sha256 != edition.sha256:
            raise Conflict(f"policy {edition.name} {edition.version} stands with other content; raise the version", code="other_content")
        if new is not None:
            log.add(tx, _leaf(edition, "proposed", edition.proposed_at))
        return stands

    async def publish(self, edition: Edition) -> Edition:
        """Record the second person's approval, once: by conditional update. Raises Conflict when another one was first."""
        return await self._db.write(partial(_publish, edition))


def _publish(edition: Edition, tx: Connection) -> Edition:
    still = policies.update().where(
        policies.c.name == edition.name, policies.c.version == edition.version, policies.c.published_at.is_(None)
    )
    changed = {name: _row(edition)[name] for name in ("approved_by", "published_at", "effective_from")}
    if tx.execute(still.values(**changed)).rowcount != 1:
        raise Conflict(f"policy {edition.name} {edition.version} was published meanwhile", code="already_published")
    assert edition.published_at is not None
    log.add(tx, _leaf(edition, "published", edition.published_at))
    return edition


def _leaf(edition: Edition, what: str, at: datetime) -> Leaf:
    row = {name: value for name, value in _row(edition).items() if name != "rules"}  # the rules are bound by their hash
    return log.about(Kind.DECISION, f"policy/{edition.name}", f"{edition.version}/{what}", at, what=what, **row)


def _one(edition: Edition) -> Select[Any]:
    return select(policies).where(policies.c.name == edition.name, policies.c.version == edition.version)


def _row(edition: Edition) -> dict[str, object]:
    return {
        "name": edition.name,
        "version": edition.version,
        "sha256": edition.sha256,
        "rules": edition.rules.model_dump(mode="json"),
        "effective_from": edition.effective_from,
        "proposed_by": edition.proposed_by,
        "proposed_at": edition.proposed_at,
        "approved_by": edition.approved_by,
        "published_at": edition.published_at,
    }


def _edition(row: RowMapping) -> Edition:
    return Edition.model_validate(
        {name: row[name] for name in ("rules", "effective_from", "proposed_by", "proposed_at", "approved_by", "published_at")}
    )
