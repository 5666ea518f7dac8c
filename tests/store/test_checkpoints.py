"""What is signed stays: a log that was edited, shortened, put back or forked is never signed again, and one checkpoint outside shows it."""

import base64
import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, delete, select, update

from acts.checkpointing import Mailing, checkpointed, publish
from domain.errors import NotFound, PartnerUnavailable, StoreUnavailable
from domain.log import verify
from domain.log.dossier import log_export
from domain.log.leaf import Kind, Leaf
from domain.log.note import LogKey
from store import log
from store.checkpoints import Checkpoints, Forked, Places
from store.database import Database
from store.tables import checkpoints, leaves, log_size
from tests.insider import tampered

AT = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


def key(name: str = "muster/log") -> LogKey:
    own = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"log").digest())
    return LogKey(name, own.public_key().public_bytes_raw(), own.sign)


async def written(db: Database, first: int, last: int) -> None:
    new = [Leaf(Kind.FACT, f"hire/{n % 3}", str(n // 3 + 1), AT, {"n": n}) for n in range(first, last)]
    await db.write(lambda tx: log.add(tx, *new))


async def exported(db: Database) -> bytes:
    bodies = await db.read(lambda rx: list(rx.execute(select(leaves.c.body).order_by(leaves.c.position)).scalars()))
    made = await Checkpoints(db, key()).sign()
    assert made is not None
    return log_export(key().text, bodies, made.note)


def edited(tx: Connection) -> None:
    tx.execute(update(leaves).where(leaves.c.position == 3).values(body=leaves.c.body + " "))


def removed(tx: Connection) -> None:
    tx.execute(delete(leaves).where(leaves.c.position == 3))


def closed_up(tx: Connection) -> None:
    removed(tx)
    for n in range(4, 9):
        tx.execute(update(leaves).where(leaves.c.position == n).values(position=n - 1))
    tx.execute(update(log_size).values(size=8))


def back_dated(tx: Connection) -> None:
    body = tx.execute(select(leaves.c.body).where(leaves.c.position == 5)).scalar_one()
    tx.execute(update(leaves).where(leaves.c.position == 5).values(body=body.replace("2026-11-23", "2026-11-20")))


def put_back(tx: Connection) -> None:
    tx.execute(delete(leaves).where(leaves.c.position >= 6))
    tx.execute(update(log_size).values(size=6))


INSIDER: list[Callable[[Connection], None]] = [edited, removed, closed_up, back_dated, put_back]


@pytest.mark.parametrize("act", INSIDER)
async def test_what_an_insider_does_is_never_signed_again(db: Database, act: Callable[[Connection], None]) -> None:
    await written(db, 0, 9)
    await Checkpoints(db, key()).sign()
    await tampered(db, act)
    with pytest.raises(Forked):
        await Checkpoints(db, key()).sign()


@pytest.mark.parametrize("act", [each for each in INSIDER if each is not removed])
async def test_with_the_key_and_without_our_refusal_one_checkpoint_outside_still_shows_it(
    db: Database, act: Callable[[Connection], None]
) -> None:
    await written(db, 0, 9)
    kept = await Checkpoints(db, key()).sign()
    assert kept is not None
    known = verify.Kept(kept.note.encode(), verify.keys_of(key().text))
    assert verify.code(verify.verify(await exported(db), known)) == 0
    await tampered(db, act)
    await tampered(db, lambda tx: tx.execute(delete(checkpoints)))  # and yesterday's signatures are gone here
    await written(db, 9, 12)
    assert verify.code(verify.verify(await exported(db), known)) == verify.CODES["consistency"]


async def test_a_checkpoint_is_read_by_the_verifier_and_stays_while_nothing_is_added(db: Database) -> None:
    made = Checkpoints(db, key())
    assert await made.sign() is None
    await written(db, 0, 5)
    first = await made.sign()
    assert first is not None
    assert verify.checkpoint_of(first.note.encode(), verify.keys_of(key().text), "it").size == 5
    assert (await made.sign()) == first
    await written(db, 5, 7)
    again = await made.sign()
    assert again is not None
    assert [each.size for each in await Checkpoints(db, key()).all()] == [5, 7]


async def test_a_proof_brings_its_leaf_and_leads_to_the_checkpoint(db: Database) -> None:
    await written(db, 0, 11)
    proof = (await Checkpoints(db, key()).proof("fact", "hire/1", "2")).encode()
    first, extra, index = proof.split(b"\n")[:3]
    body = await db.read(lambda rx: rx.execute(select(leaves.c.body).where(leaves.c.position == 4)).scalar_one())
    assert (first, index) == (b"c2sp.org/tlog-proof@v1", b"index 4")
    assert base64.b64decode(extra.removeprefix(b"extra ")).decode() == body
    assert verify.code(verify.verify(proof, verify.Kept(keys=verify.keys_of(key().text)))) == 0
    with pytest.raises(NotFound):
        await Checkpoints(db, key()).proof("fact", "hire/1", "99")


async def test_published_is_published_once_and_never_over_another(db: Database, tmp_path: Path) -> None:
    await written(db, 0, 5)
    made = await checkpointed(Checkpoints(db, key()), tmp_path / "out")
    assert made is not None
    (file,) = (tmp_path / "out").iterdir()
    assert file.read_text("utf-8") == made.note
    assert [each.published_at is not None for each in await Checkpoints(db, key()).all()] == [True]
    publish(tmp_path / "out", made)
    other = type(made)(made.size, made.root, key("other").checkpoint(made.size, bytes(32)), AT + timedelta(1))
    with pytest.raises(StoreUnavailable, match="another checkpoint"):
        publish(tmp_path / "out", other)
    assert file.read_text("utf-8") == made.note


class Mailbox:
    """Takes mails, or says it cannot."""

    def __init__(self) -> None:
        self.got: list[dict[str, object]] = []
        self.away = False

    async def send(self, letter: dict[str, object]) -> None:
        if self.away:
            raise PartnerUnavailable("the mail server is away", code="mail_unreachable")
        self.got.append(letter)


async def test_the_newest_checkpoint_is_mailed_while_the_log_grows_and_never_too_often(db: Database) -> None:
    now, box, made = AT, Mailbox(), Checkpoints(db, key())
    mailing = Mailing(Places(db, lambda: now), box, "auditor@example.org", timedelta(0), lambda: now)
    told: list[bool] = []
    for minutes in (0, 0.5, 2, 3):
        now = AT + timedelta(minutes=minutes)
        if minutes < 3:
            await written(db, len(told) * 2, len(told) * 2 + 2)
        newest = await made.sign()
        assert newest is not None
        told.append(await mailing.tell(newest))
    assert told == [True, False, True, False]  # not within a minute, and not the same again
    assert [str(each["subject"]) for each in box.got] == ["muster/log: checkpoint-000000000002", "muster/log: checkpoint-000000000006"]
    assert verify.checkpoint_of(str(box.got[-1]["body"]).encode(), verify.keys_of(key().text), "it").size == 6


async def test_a_place_that_cannot_be_told_is_seen_until_it_can(db: Database, tmp_path: Path) -> None:
    await written(db, 0, 3)
    box, places, made = Mailbox(), Places(db, lambda: AT), Checkpoints(db, key())
    box.away = True
    newest = await made.sign()
    assert newest is not None
    mailing = Mailing(places, box, "auditor@example.org", timedelta(0))
    with pytest.raises(PartnerUnavailable):
        await mailing.tell(newest)
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(StoreUnavailable):
        await checkpointed(made, tmp_path / "file" / "out", places)
    seen = {each["place"]: (each["error"], each["failed_at"], each["size"]) for each in await places.all()}
    assert seen == {"mail": ("mail_unreachable", AT, 0), "folder": ("not_published", AT, 0)}
    box.away = False
    assert await mailing.tell(newest)
    await checkpointed(made, tmp_path / "out", places)
    assert [(each["failed_at"], each["size"]) for each in await places.all()] == [(None, 3), (None, 3)]


async def test_a_log_put_back_under_a_running_signer_is_not_signed(db: Database) -> None:
    made = Checkpoints(db, key())
    await written(db, 0, 9)
    await made.sign()
    await tampered(db, put_back)
    with pytest.raises(Forked):
        await made.sign()
