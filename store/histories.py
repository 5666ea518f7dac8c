"""Workflow histories that were taken out of Temporal: written once, in one transaction with the leaf that binds their hash; read for ever.

What is hashed and kept is one canonical text (RFC 8785): `workflow_id`, `run_id`, `namespace`, `last_event`, `build_id`, `history`
(protobuf JSON; encrypted payloads stay encrypted) and `known` (what the judgements looked up beside the journal, none of it personal).
So whoever has the text checks it with any SHA-256, and a history taken out twice is the same bytes.
"""

import gzip
import hashlib
import hmac
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Connection, Row, Select, String, and_, cast, func, insert, or_, select, update

from domain.hire import IN_REVIEW
from domain.log.leaf import Kind, Leaf, canonical, instant, salt
from domain.vacancy import OVER
from store import log
from store.columns import utc
from store.database import Database
from store.tables import cases, hires, histories, journal, leaves, log_keys, vacancies

#: A closed case without its history for so long is not on its way any more: nobody takes it out.
SLOW = timedelta(hours=1)


@dataclass(frozen=True)
class Mark:
    """One history that is kept. `closed_at` is Temporal's, None where the run was still going on."""

    case: str
    run: str
    last_event: int
    build_id: str
    sha256: str
    closed_at: datetime | None
    exported_at: datetime


@dataclass(frozen=True)
class Kept(Mark):
    """With its text. `whole`: the text has the hash of the row. `bound`: so has the leaf in the audit log."""

    text: bytes
    whole: bool
    bound: bool


@dataclass(frozen=True)
class Unkept:
    """A case that is over, and whose history is not here. `since`: its last fact was written then."""

    case: str
    since: datetime


class Histories:
    def __init__(self, db: Database) -> None:
        self._db = db

    async def keep(self, document: Mapping[str, Any], closed_at: datetime | None, at: datetime) -> bool:
        """Keep a history with its leaf; False where it is here already. Raises BadInput for what canonical JSON cannot hold."""
        text = canonical(document)
        mark = Mark(
            case=document["workflow_id"],
            run=document["run_id"],
            last_event=document["last_event"],
            build_id=document["build_id"],
            sha256=hashlib.sha256(text).hexdigest(),
            closed_at=closed_at and utc(closed_at),
            exported_at=utc(at),
        )
        return await self._db.write(partial(_keep, mark, gzip.compress(text, mtime=0)))

    async def marks(self, wanted: Collection[str]) -> dict[tuple[str, str], Mark]:
        """The newest kept history of every run of these cases."""
        rows = await self._rows(_MARKS.where(histories.c.case_id.in_(wanted)).order_by(histories.c.last_event))
        return {(row.case_id, row.run_id): _mark(row) for row in rows}

    async def cases(self) -> list[str]:
        """Every case with a kept history."""
        return [row.case_id for row in await self._rows(select(histories.c.case_id).distinct().order_by(histories.c.case_id))]

    async def of(self, case: str) -> list[Kept]:
        """What is kept of a case: the newest of each run, in the order they were taken out; nothing while none is."""
        return await self._db.read(partial(_of, case))

    async def newest_close(self) -> datetime | None:
        """When the last of the closed runs kept here closed, by Temporal's clock."""
        rows = await self._rows(select(func.max(histories.c.closed_at).label("at")))
        return rows[0].at and utc(rows[0].at)

    async def unkept(self) -> list[Unkept]:
        """Every case that is over and has no closed run here, the longest over first."""
        written = func.max(journal.c.recorded_at).label("since")
        query = select(cases.c.case_id, written).join(journal, journal.c.case_id == cases.c.case_id).where(_over(), ~_has_closed())
        rows = await self._rows(query.group_by(cases.c.case_id).order_by("since", cases.c.case_id))
        return [Unkept(row.case_id, utc(row.since)) for row in rows]

    async def _rows(self, query: Select[Any]) -> list[Row[Any]]:
        return await self._db.read(lambda rx: list(rx.execute(query)))


def files(kept: list[Kept]) -> dict[str, bytes]:
    """The texts by the names under which they are handed out."""
    return {f"{each.case.replace('/', '_')}.{each.run}.json": each.text for each in kept}


_MARKS = select(*[column for column in histories.c if column.name not in ("body", "salt")])


def _keep(mark: Mark, body: bytes, tx: Connection) -> bool:
    key = (histories.c.case_id == mark.case, histories.c.run_id == mark.run)
    if tx.execute(select(histories.c.sha256).where(*key, histories.c.last_event >= mark.last_event)).first() is not None:
        return False
    leaf = _leaf(mark)
    log.add(tx, leaf)
    own = tx.execute(select(log_keys.c.key).where(log_keys.c.stream == leaf.stream)).scalar_one()
    tx.execute(update(histories).where(*key).values(body=None))  # this one goes on where they end
    row = {"case_id": mark.case, "run_id": mark.run, "body": body, "salt": salt(own, leaf.kind, leaf.stream, leaf.ref)}
    tx.execute(insert(histories), [row | {name: value for name, value in asdict(mark).items() if name not in ("case", "run")}])
    return True


def _leaf(mark: Mark) -> Leaf:
    content = {
        "what": "closed" if mark.closed_at else "open",
        "run": mark.run,
        "last_event": mark.last_event,
        "build_id": mark.build_id,
        "sha256": mark.sha256,
        "exported_at": instant(mark.exported_at),
    }
    return Leaf(Kind.HISTORY, mark.case, f"{mark.run}/{mark.last_event}", mark.exported_at, content)


def _of(case: str, rx: Connection) -> list[Kept]:
    here = and_(leaves.c.kind == str(Kind.HISTORY), leaves.c.stream == histories.c.case_id)
    ref = histories.c.run_id + "/" + cast(histories.c.last_event, String)
    query = select(histories, leaves.c.body.label("leaf")).outerjoin(leaves, and_(here, leaves.c.ref == ref))
    query = query.where(histories.c.case_id == case, histories.c.body.is_not(None)).order_by(histories.c.exported_at)
    return [_kept(row) for row in rx.execute(query)]


def _kept(row: Row[Any]) -> Kept:
    mark, text = _mark(row), _text(row.body)
    bound = hmac.new(row.salt, canonical(_leaf(mark).content), hashlib.sha256).hexdigest()
    whole = hashlib.sha256(text).hexdigest() == mark.sha256
    return Kept(**asdict(mark), text=text, whole=whole, bound=row.leaf is not None and bound in row.leaf)


def _text(body: bytes) -> bytes:
    try:
        return gzip.decompress(body)
    except (OSError, EOFError, ValueError):  # somebody changed it: the hash says so
        return body


def _mark(row: Row[Any]) -> Mark:
    names = ("last_event", "build_id", "sha256")
    closed = row.closed_at and utc(row.closed_at)
    return Mark(
        case=row.case_id, run=row.run_id, closed_at=closed, exported_at=utc(row.exported_at), **{name: getattr(row, name) for name in names}
    )


def _over() -> Any:
    """A hire that has ended and can ask for no review any more; a vacancy that is filled, lapsed or cancelled."""
    ended = select(hires.c.case_id).where(hires.c.ending.is_not(None), or_(hires.c.review.is_(None), hires.c.review.not_in(IN_REVIEW)))
    done = select(vacancies.c.reference).where(vacancies.c.status.in_(OVER))
    return or_(cases.c.case_id.in_(ended), and_(cases.c.kind == "vacancy", cases.c.vacancy.in_(done)))


def _has_closed() -> Any:
    return select(histories.c.case_id).where(histories.c.case_id == cases.c.case_id, histories.c.closed_at.is_not(None)).exists()
