"""Where checkpoints go so that the operator cannot take them back: a folder that is only added to, kept by somebody else."""

import os
from pathlib import Path

from domain.errors import StoreUnavailable
from store.checkpoints import Checkpoint, Checkpoints


def publish(folder: Path, checkpoint: Checkpoint) -> None:
    """One file a checkpoint, never over another, on disk when this returns. Raises StoreUnavailable.

    The same again changes nothing; another one of the same size is refused, and both are there to be seen.
    """
    file = folder / f"checkpoint-{checkpoint.size:012d}.txt"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if file.exists():
            if file.read_text("utf-8") == checkpoint.note:
                return
            raise StoreUnavailable(f"{file} holds another checkpoint of this size", code="log_forked")
        _write(file, checkpoint.note)
    except OSError as error:
        raise StoreUnavailable(f"the checkpoint cannot be published in {folder}: {error.strerror}", code="not_published") from None


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


async def checkpointed(made: Checkpoints, folder: Path | None) -> Checkpoint | None:
    """Sign what was added, publish what was not published yet. Raises Forked, StoreUnavailable."""
    newest = await made.sign()
    for each in await made.all() if folder else ():
        if each.published_at is None and folder is not None:
            publish(folder, each)
            await made.published(each.size)
    return newest
