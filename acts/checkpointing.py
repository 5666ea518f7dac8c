"""Where checkpoints go so that the operator cannot take them back: a folder that is only added to, a mailbox; both somebody else's."""

import os
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from domain.errors import Problem, StoreUnavailable
from store.checkpoints import Checkpoint, Checkpoints, Places
from store.names import system_now

FOLDER, MAIL = "folder", "mail"
#: Mails follow each other at this distance at least, whatever is set.
SELDOM = timedelta(seconds=60)


class Mail(Protocol):
    async def send(self, letter: dict[str, Any]) -> None: ...


def publish(folder: Path, checkpoint: Checkpoint) -> None:
    """One file a checkpoint, never over another, on disk when this returns. Raises StoreUnavailable.

    The same again changes nothing; another one of the same size is refused, and both are there to be seen.
    """
    _add(folder, f"checkpoint-{checkpoint.size:012d}.txt", checkpoint.note, "another checkpoint of this size")


def _add(folder: Path, name: str, text: str, other: str) -> None:
    file = folder / name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if file.exists():
            if file.read_text("utf-8") == text:
                return
            raise StoreUnavailable(f"{file} holds {other}", code="log_forked")
        _write(file, text)
    except OSError as error:
        raise StoreUnavailable(f"{name} cannot be published in {folder}: {error.strerror}", code="not_published") from None


def _write(file: Path, text: str) -> None:
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    with draft.open("w", encoding="utf-8") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    os.link(draft, file)  # never over another
    draft.unlink()
    place = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(place)
    finally:
        os.close(place)


async def checkpointed(made: Checkpoints, folder: Path | None, places: Places | None = None) -> Checkpoint | None:
    """Sign what was added, publish to the folder what was not published yet. Raises Forked, StoreUnavailable."""
    newest = await made.sign()
    for handover in made.handovers if folder else ():
        if folder is not None:
            _add(folder, f"handover-{handover.number:04d}.txt", handover.note, "another handover")
    for each in await made.unpublished() if folder else ():
        if folder is not None:
            await _to_folder(folder, each, places)
            await made.published(each.size)
    return newest


async def _to_folder(folder: Path, each: Checkpoint, places: Places | None) -> None:
    try:
        publish(folder, each)
    except Problem as problem:
        if places is not None:
            await places.failed(FOLDER, problem.code)
        raise
    if places is not None:
        await places.has(FOLDER, each.size)


class Mailing:
    """Checkpoints as mail to somebody who keeps them: the newest, when it has grown and the last mail is `every` old."""

    def __init__(self, places: Places, mail: Mail, to: str, every: timedelta, now: Callable[[], datetime] = system_now) -> None:
        self._places, self._mail, self._to, self._every, self._now = places, mail, to, max(every, SELDOM), now

    async def tell(self, newest: Checkpoint) -> bool:
        """Whether it was mailed. What fails is noted where `muster log status` and `muster doctor` show it, and raised as it came."""
        before = await self._places.of(MAIL)
        since = self._every if before is None or before["at"] is None else self._now() - before["at"]
        if (before is not None and before["size"] == newest.size) or since < self._every:
            return False
        try:
            await self._mail.send(_letter(newest, self._to))
        except Problem as problem:
            await self._places.failed(MAIL, problem.code)
            raise
        await self._places.has(MAIL, newest.size)
        return True


def _letter(newest: Checkpoint, to: str) -> dict[str, Any]:
    """The checkpoint is the whole text, so that it can be kept as it came. The same one is the same mail, however often it is sent."""
    origin = newest.note.partition("\n")[0]
    name = f"checkpoint-{newest.size:012d}"
    return {"letter": name, "case": "log", "to": to, "subject": f"{origin}: {name}", "body": newest.note, "at": newest.at.isoformat()}
