"""The log is handed from key to key: what was signed before stays true, what an old key signs afterwards counts for nothing, and a stranger
with any one key of the row finds the way."""

import asyncio
import base64
import hashlib
import os
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select

from acts.checkpointing import checkpointed
from acts.keys import KeyDesk
from domain.errors import NotAllowed, NotNow
from domain.log import verify
from domain.log.dossier import log_export
from domain.log.epochs import handed, keys_text
from domain.log.note import LogKey
from domain.words import Role
from store.checkpoints import Checkpoint, Checkpoints, Forked
from store.database import Database
from store.people import People
from store.tables import leaves
from tests.store.test_checkpoints import written

ORIGIN = "muster/log"


def key(name: str) -> LogKey:
    own = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(name.encode()).digest())
    return LogKey(ORIGIN, own.public_key().public_bytes_raw(), own.sign)


FIRST, SECOND, THIRD = key("first"), key("second"), key("third")


async def signed(db: Database, own: LogKey) -> Checkpoint:
    made = await Checkpoints(db, own).sign()
    assert made is not None
    return made


async def three_epochs(db: Database) -> tuple[Checkpoint, Checkpoint, str]:
    """Five facts, a handover, four facts, a handover, three facts: the checkpoints of the first and of the last, and the keys."""
    await written(db, 0, 5)
    early = await signed(db, FIRST)
    await Checkpoints(db, FIRST).hand_over(SECOND, "person:k1")
    await written(db, 5, 9)
    await Checkpoints(db, SECOND).hand_over(THIRD, "person:k1")
    await written(db, 9, 12)
    late = await signed(db, THIRD)
    return early, late, await Checkpoints(db, THIRD).keys()


async def exported(db: Database, keys: str, note: str) -> bytes:
    bodies = await db.read(lambda rx: list(rx.execute(select(leaves.c.body).order_by(leaves.c.position)).scalars()))
    return log_export(keys, bodies, note)


async def test_a_checkpoint_kept_under_an_old_key_still_shows_that_nothing_was_rewritten(db: Database) -> None:
    early, late, keys = await three_epochs(db)
    raw = await exported(db, keys, late.note)
    for known in (keys, FIRST.text, SECOND.text, THIRD.text, keys.rpartition(" ")[0]):
        found = verify.verify(raw, verify.Kept(early.note.encode(), verify.keys_of(known)))
        assert verify.code(found) == 0, found
    assert "with its key 3 of 3" in next(each.words for each in found if each.claim == "signature")


async def test_what_a_handed_on_key_signs_afterwards_counts_for_nothing(db: Database) -> None:
    _, late, keys = await three_epochs(db)
    forged = FIRST.checkpoint(late.size, base64.b64decode(late.root))
    assert verify.code(verify.verify(await exported(db, keys, forged))) == verify.CODES["signature"]
    # and alone, without the handovers, it falls against what a reader keeps of a later key
    alone = await exported(db, FIRST.text, forged)
    assert verify.code(verify.verify(alone, verify.Kept(keys=verify.keys_of(THIRD.text)))) == verify.CODES["form"]
    assert verify.code(verify.verify(alone, verify.Kept(late.note.encode()))) == verify.CODES["consistency"]


async def test_an_old_key_cannot_hand_the_log_to_another_beside_the_true_one(db: Database) -> None:
    _, late, keys = await three_epochs(db)
    stolen = handed(FIRST, 2, 4, b"\0" * 32, key("thief"))
    forged = await exported(db, keys_text(FIRST.text, [stolen]), key("thief").checkpoint(late.size, base64.b64decode(late.root)))
    assert verify.code(verify.verify(forged, verify.Kept(keys=verify.keys_of(keys)))) == verify.CODES["form"]
    assert verify.code(verify.verify(forged, verify.Kept(keys=verify.keys_of(SECOND.text)))) == verify.CODES["form"]


async def test_the_sealed_root_binds_the_last_checkpoint_of_an_epoch(db: Database) -> None:
    _, _, keys = await three_epochs(db)
    other = FIRST.checkpoint(5, b"\1" * 32)
    with pytest.raises(verify.Wrong, match="handed to the next key with another root"):
        verify.checkpoint_of(other.encode(), verify.keys_of(keys), "it")


async def test_who_was_told_a_newer_key_takes_nothing_that_only_an_older_one_signed(db: Database) -> None:
    early, _, keys = await three_epochs(db)
    bodies = await db.read(lambda rx: list(rx.execute(select(leaves.c.body).order_by(leaves.c.position).limit(5)).scalars()))
    raw = log_export(keys, bodies, early.note)
    assert verify.code(verify.verify(raw, verify.Kept(keys=verify.keys_of(keys)))) == 0
    assert verify.code(verify.verify(raw, verify.Kept(keys=verify.keys_of(SECOND.text)))) == verify.CODES["signature"]


async def test_the_leaf_where_an_epoch_begins_says_so(db: Database) -> None:
    _, late, keys = await three_epochs(db)
    raw = await exported(db, keys, late.note)
    assert b'"kind":"epoch"' in raw
    bodies = await db.read(lambda rx: list(rx.execute(select(leaves.c.body).order_by(leaves.c.position)).scalars()))
    assert [n for n, body in enumerate(bodies) if '"kind":"epoch"' in body] == [5, 10]


@pytest.mark.parametrize("change", ["1 5 ", "9\n", "none", "twice"])
async def test_a_row_of_handovers_has_one_form(db: Database, change: str) -> None:
    _, _, keys = await three_epochs(db)
    first, second, third = keys.split(" ")
    wrong = {
        "1 5 ": f"{first} {third} {second}",
        "9\n": f"{first} {second}\n {third}",
        "none": f"{second} {third}",
        "twice": f"{first} {second} {second}",
    }[change]
    with pytest.raises(verify.Wrong):
        verify.keys_of(wrong)


async def test_the_old_key_signs_nothing_more_here_either(db: Database) -> None:
    await three_epochs(db)
    with pytest.raises(Forked) as refused:
        await Checkpoints(db, FIRST).sign()
    assert refused.value.code == "log_key_changed"
    assert (await signed(db, THIRD)).size == 14


async def test_who_signs_while_the_log_is_handed_over_does_not_sign_over_it(db: Database) -> None:
    await written(db, 0, 5)
    relay = Checkpoints(db, FIRST)
    await relay.sign()
    await Checkpoints(db, FIRST).hand_over(SECOND, "person:k1")
    with pytest.raises(Forked) as refused:
        await relay.sign()
    assert refused.value.code == "log_key_changed"
    relay.handovers = []  # as it was when it looked, had the handover come right after
    with pytest.raises(Forked):
        await relay._signed(await relay.grown())


async def test_a_log_that_grows_meanwhile_is_handed_over_whole(db: Database) -> None:
    await written(db, 0, 3)

    async def growing() -> None:
        for n in range(3, 40):
            await written(db, n, n + 1)

    busy = asyncio.create_task(growing())
    handover = await Checkpoints(db, FIRST).hand_over(SECOND, "person:k1")
    await busy
    made = await signed(db, SECOND)
    assert made.size == 41
    kinds = await db.read(lambda rx: list(rx.execute(select(leaves.c.kind).order_by(leaves.c.position)).scalars()))
    assert kinds.index("epoch") == handover.size
    assert verify.code(verify.verify(await exported(db, await Checkpoints(db, SECOND).keys(), made.note))) == 0


async def test_an_empty_log_has_nothing_to_hand_over(db: Database) -> None:
    with pytest.raises(NotNow):
        await Checkpoints(db, FIRST).hand_over(SECOND, "person:k1")


async def test_handovers_are_published_beside_the_checkpoints(db: Database, tmp_path: Path) -> None:
    await three_epochs(db)
    await checkpointed(Checkpoints(db, THIRD), tmp_path)
    assert sorted(name for name in os.listdir(tmp_path) if name.startswith("handover")) == ["handover-0002.txt", "handover-0003.txt"]
    assert "/epoch\n2\n5\n" in (tmp_path / "handover-0002.txt").read_text("utf-8")


async def test_key_administrators_hand_the_log_over_and_nobody_else(db: Database) -> None:
    people = People(db)
    for person, role in (("kay", Role.KEY_ADMINISTRATOR), ("hugh", Role.HR_HEAD)):
        await people.put_staff(person, person, f"{person}@example.org", (str(role),), "en")
    await written(db, 0, 3)
    desk = KeyDesk(db, people)
    with pytest.raises(NotAllowed):
        await desk.hand_log_over("hugh", FIRST, SECOND)
    done = await desk.hand_log_over("kay", FIRST, SECOND)
    assert await desk.hand_log_over("kay", FIRST, SECOND) == done  # cut short before the key took its place, and called again
