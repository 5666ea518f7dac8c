"""Sessions, one-time links and passwords of the console. Every secret is here as a hash alone."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, insert, select, update

from domain.sessions import Handshake, Session
from store.columns import utc
from store.database import Database
from store.tables import handshakes, identities, passwords, sessions, sign_in_links


class Sessions:
    def __init__(self, db: Database) -> None:
        self._db = db

    async def begin(self, session: Session) -> None:
        row = session.model_dump() | {"how": str(session.how)}
        await self._db.write(lambda tx: tx.execute(insert(sessions).values(row)))

    async def find(self, session: str) -> Session | None:
        """By the hash of its secret, whatever its state."""
        query = select(sessions).where(sessions.c.session == session)
        row = await self._db.read(lambda rx: rx.execute(query).mappings().first())
        return None if row is None else _session(row)

    async def of(self, person: str) -> list[Session]:
        """Those that were not ended, the newest first."""
        query = select(sessions).where(sessions.c.person == person, sessions.c.ended_at.is_(None)).order_by(sessions.c.created_at.desc())
        return await self._db.read(lambda rx: [_session(row) for row in rx.execute(query).mappings()])

    async def seen(self, session: str, at: datetime) -> None:
        await self._db.write(lambda tx: tx.execute(update(sessions).where(sessions.c.session == session).values(seen_at=utc(at))))

    async def proved(self, session: str, at: datetime) -> None:
        """Whose session it is has proved again who they are; a proof never makes an earlier one older."""
        newer = update(sessions).where(sessions.c.session == session, sessions.c.proved_at < utc(at))
        await self._db.write(lambda tx: tx.execute(newer.values(proved_at=utc(at))))

    async def end(self, session: str, at: datetime) -> None:
        """Ending twice keeps the first moment."""
        once = update(sessions).where(sessions.c.session == session, sessions.c.ended_at.is_(None))
        await self._db.write(lambda tx: tx.execute(once.values(ended_at=utc(at))))

    async def end_all(self, person: str, at: datetime) -> int:
        """Every session of a person; how many there were."""
        live = update(sessions).where(sessions.c.person == person, sessions.c.ended_at.is_(None))
        return int(await self._db.write(lambda tx: tx.execute(live.values(ended_at=utc(at))).rowcount))


class Proofs:
    """What somebody proves with who they are."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def keep_link(self, sha256: str, person: str, expires_at: datetime) -> None:
        row = {"sha256": sha256, "person": person, "expires_at": utc(expires_at)}
        await self._db.write(lambda tx: tx.execute(insert(sign_in_links).values(row)))

    async def link(self, sha256: str, now: datetime) -> str | None:
        """Whose link it is while it counts; it is not used up by looking."""
        live = (sign_in_links.c.sha256 == sha256, sign_in_links.c.used_at.is_(None), sign_in_links.c.expires_at > utc(now))
        return await self._db.read(lambda rx: rx.execute(select(sign_in_links.c.person).where(*live)).scalar_one_or_none())

    async def use_link(self, sha256: str, now: datetime) -> str | None:
        """Use a link up: whose it was, or None when it does not count. Of two at once one gets it."""
        live = (sign_in_links.c.sha256 == sha256, sign_in_links.c.used_at.is_(None), sign_in_links.c.expires_at > utc(now))

        def work(tx: Connection) -> str | None:
            person = tx.execute(select(sign_in_links.c.person).where(*live)).scalar_one_or_none()
            return person if tx.execute(update(sign_in_links).where(*live).values(used_at=utc(now))).rowcount else None

        return await self._db.write(work)

    async def set_password(self, person: str, kept: str, at: datetime) -> None:
        row: dict[str, Any] = {"kept": kept, "set_at": utc(at), "failures": 0, "rests_until": None}
        new = self._db.insert(passwords).values(person=person, **row)
        await self._db.write(lambda tx: tx.execute(new.on_conflict_do_update(index_elements=["person"], set_=row)))

    async def password(self, person: str) -> tuple[str, int, datetime | None] | None:
        """As it is kept, how often a wrong one came in a row, and until when the account rests."""
        query = select(passwords.c.kept, passwords.c.failures, passwords.c.rests_until).where(passwords.c.person == person)
        row = await self._db.read(lambda rx: rx.execute(query).first())
        return None if row is None else (row.kept, row.failures, utc(row.rests_until) if row.rests_until else None)

    async def tried(self, person: str, failures: int, rests_until: datetime | None) -> None:
        new = {"failures": failures, "rests_until": utc(rests_until) if rests_until else None}
        await self._db.write(lambda tx: tx.execute(update(passwords).where(passwords.c.person == person).values(new)))

    async def set_out(self, handshake: Handshake) -> None:
        row = handshake.model_dump() | {"expires_at": utc(handshake.expires_at)}
        await self._db.write(lambda tx: tx.execute(insert(handshakes).values(row)))

    async def come_back(self, state: str, now: datetime) -> Handshake | None:
        """Use a handshake up; None when it does not count. Of two at once one gets it."""
        live = (handshakes.c.state == state, handshakes.c.used_at.is_(None), handshakes.c.expires_at > utc(now))

        def work(tx: Connection) -> Handshake | None:
            row = tx.execute(select(handshakes).where(*live)).mappings().first()
            if row is None or not tx.execute(update(handshakes).where(*live).values(used_at=utc(now))).rowcount:
                return None
            return Handshake(**{name: row[name] for name in Handshake.model_fields})

        return await self._db.write(work)

    async def identity(self, issuer: str, subject: str) -> str | None:
        """Which person an identity provider means."""
        query = select(identities.c.person).where(identities.c.issuer == issuer, identities.c.subject == subject)
        return await self._db.read(lambda rx: rx.execute(query).scalar_one_or_none())

    async def link_identity(self, issuer: str, subject: str, person: str, at: datetime) -> None:
        """An identity means one person; saying it again for another changes it."""
        row = {"person": person, "linked_at": utc(at)}
        new = self._db.insert(identities).values(issuer=issuer, subject=subject, **row)
        await self._db.write(lambda tx: tx.execute(new.on_conflict_do_update(index_elements=["issuer", "subject"], set_=row)))


def _session(row: RowMapping) -> Session:
    return Session.model_validate(dict(row))
