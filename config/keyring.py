"""The compartments' keys: what a keyring can do, and the one kept in a file. Vault and KMS adapters stand beside it, never inside it.

Each compartment has generations named by month (`2026-11`; a second one in the same month is `2026-11.2`). The newest encrypts, every
living one decrypts, a destroyed one is still named: whoever meets its epoch is told that it is gone for good.
"""

import base64
import binascii
import json
import os
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from domain.errors import Conflict, NotFound, Refusal
from domain.sealing import EPOCH, Compartment, Key

#: The key of the documentation's examples, refused wherever it is met.
EXAMPLE = Key(b"muster-example-key-do-not-use-it")
OTHERS_MAY_READ = 0o077


class BadKeyring(Refusal):
    """The keyring cannot be used as it is."""


class KeyGone(Refusal):
    """That generation was destroyed, or never was."""


@dataclass(frozen=True)
class Generation:
    """One key of one compartment. `key` is None once it is destroyed."""

    compartment: Compartment
    epoch: str
    made_at: datetime
    key: Key | None = None
    destroyed_at: datetime | None = None

    @property
    def state(self) -> str:
        return "destroyed" if self.key is None else "live"


class FileKeyring:
    """Keys in one JSON file that its owner alone may read. Changes are written whole and flushed, or not at all."""

    def __init__(self, path: Path, generations: Iterable[Generation]) -> None:
        self.path, self._all = path, tuple(generations)

    @classmethod
    def made(cls, path: Path, now: datetime) -> "FileKeyring":
        """A new keyring with one generation of every compartment. Raises Conflict when there is one already."""
        if path.exists():
            raise Conflict(f"{path}: there is a keyring already; `muster keys rotate` adds to it", code="keyring_exists")
        ring = cls(path, (Generation(each, _month(now), now, Key.new()) for each in Compartment))
        ring._write()
        return ring

    @classmethod
    def load(cls, path: Path) -> "FileKeyring":
        """Raises BadKeyring: not there, readable by others, not of our form, or with the example's key."""
        try:
            mode, text = path.stat().st_mode, path.read_text("ascii")
        except (OSError, UnicodeDecodeError) as error:
            raise BadKeyring(f"{path}: the keyring cannot be read ({type(error).__name__})", code="keyring_unreadable") from None
        if mode & OTHERS_MAY_READ:
            raise BadKeyring(f"{path}: others may read the keyring; run: chmod 600 {path}", code="keyring_open_to_others")
        ring = cls(path, _parsed(path, text))
        if any(each.key == EXAMPLE for each in ring._all):
            raise BadKeyring(f"{path}: this is the examples' key, which everybody has; make one: muster keys init", code="example_key")
        return ring

    def generations(self) -> tuple[Generation, ...]:
        """All of them, the destroyed ones too, oldest first within each compartment."""
        return tuple(sorted(self._all, key=lambda each: (list(Compartment).index(each.compartment), _order(each.epoch))))

    def newest(self, compartment: Compartment) -> tuple[str, Key]:
        live = [(each.epoch, each.key) for each in self._all if each.compartment is compartment and each.key is not None]
        if not live:
            raise KeyGone(f"no living key of {compartment}: every generation is destroyed", code="no_live_key")
        return max(live, key=lambda pair: _order(pair[0]))

    def key(self, compartment: Compartment, epoch: str) -> Key:
        found = self._find(compartment, epoch)
        if found is None or found.key is None:
            how = "was destroyed" if found else "is not in this keyring"
            code = "key_destroyed" if found else "key_unknown"
            raise KeyGone(f"the key {compartment}/{epoch} {how}", code=code, key=f"{compartment}/{epoch}")
        return found.key

    def rotate(self, compartment: Compartment, now: datetime) -> Generation:
        """A new generation, which encrypts from now on."""
        new = Generation(compartment, self._next_epoch(compartment, now), now, Key.new())
        self._all = (*self._all, new)
        self._write()
        return new

    def destroy(self, compartment: Compartment, epoch: str, now: datetime) -> Generation:
        """Forget a key for good; a second time changes nothing. Raises NotFound, and Conflict for the one that encrypts."""
        found = self._find(compartment, epoch)
        if found is None:
            raise NotFound(f"there is no key {compartment}/{epoch}", code="key_unknown")
        if found.key is None:
            return found
        if self.newest(compartment)[0] == epoch:
            raise Conflict(f"{compartment}/{epoch} encrypts now; rotate first", code="key_in_use")
        gone = replace(found, key=None, destroyed_at=now)
        self._all = tuple(gone if each is found else each for each in self._all)
        self._write()
        return gone

    def _find(self, compartment: Compartment, epoch: str) -> Generation | None:
        return next((each for each in self._all if each.compartment is compartment and each.epoch == epoch), None)

    def _next_epoch(self, compartment: Compartment, now: datetime) -> str:
        taken = {each.epoch for each in self._all if each.compartment is compartment}
        month = _month(now)
        return next(name for n in range(1, 100) if (name := month if n == 1 else f"{month}.{n}") not in taken)

    def _write(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        text = json.dumps({"version": 1, "keys": [_row(each) for each in self.generations()]}, indent=1) + "\n"
        handle, draft = tempfile.mkstemp(dir=self.path.parent, prefix=f".{self.path.name}.")  # 0600 by itself
        try:
            with os.fdopen(handle, "w", encoding="ascii") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            os.replace(draft, self.path)
        except BaseException:
            Path(draft).unlink(missing_ok=True)
            raise

    def __repr__(self) -> str:
        return f"FileKeyring({str(self.path)!r}, {len(self._all)} generations)"


class LiveKeyring:
    """The keyring of a file as it is now: read again when the file was replaced, so that a rotation needs no restart."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen, self._ring = _stamp(path), FileKeyring.load(path)

    def newest(self, compartment: Compartment) -> tuple[str, Key]:
        return self._now().newest(compartment)

    def key(self, compartment: Compartment, epoch: str) -> Key:
        return self._now().key(compartment, epoch)

    def _now(self) -> FileKeyring:
        if (stamp := _stamp(self._path)) != self._seen:
            self._ring, self._seen = FileKeyring.load(self._path), stamp
        return self._ring


def found_at(path: Path, *, named: bool) -> LiveKeyring | None:
    """The keyring that stands there. None where there is none, unless it was `named`: then nothing may be written in clear by mistake.

    Raises BadKeyring for one that cannot be used.
    """
    return LiveKeyring(path) if named or path.exists() else None


class Places(Protocol):
    """Where an installation keeps its keyring; `config.settings.Settings` says so."""

    @property
    def keyring_file(self) -> Path | None: ...

    @property
    def keyring_path(self) -> Path: ...


def ring_of(settings: Places) -> LiveKeyring | None:
    """The keyring of an installation; None for one begun without. Raises BadKeyring."""
    return found_at(settings.keyring_path, named=settings.keyring_file is not None)


def prepared(path: Path, engine_folder: Path, now: datetime) -> bool:
    """Make a keyring for an installation that is begun now; whether it has one. Histories that were begun plain stay readable plain."""
    if not path.exists() and not (engine_folder / "temporal.db").exists():
        FileKeyring.made(path, now)
    return path.exists()


def _stamp(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except OSError as error:
        raise BadKeyring(f"{path}: the keyring cannot be read ({type(error).__name__})", code="keyring_unreadable") from None
    return found.st_mtime_ns, found.st_ino


def _parsed(path: Path, text: str) -> list[Generation]:
    try:
        content = json.loads(text)
        if set(content) != {"version", "keys"} or content["version"] != 1:
            raise ValueError
        found = [_generation(row) for row in content["keys"]]
        if len({(each.compartment, each.epoch) for each in found}) != len(found):
            raise ValueError
    except (ValueError, KeyError, TypeError, Refusal):
        raise BadKeyring(f"{path}: this is not a keyring as `muster keys init` makes it", code="keyring_malformed") from None
    return found


def _generation(row: dict[str, Any]) -> Generation:
    if set(row) != {"compartment", "epoch", "made_at", "key", "destroyed_at"} or not EPOCH.fullmatch(row["epoch"]):
        raise ValueError
    key, gone = row["key"], row["destroyed_at"]
    if (key is None) == (gone is None):
        raise ValueError
    return Generation(
        Compartment(row["compartment"]), row["epoch"], _moment(row["made_at"]), _key(key) if key else None, _moment(gone) if gone else None
    )


def _row(each: Generation) -> dict[str, Any]:
    return {
        "compartment": str(each.compartment),
        "epoch": each.epoch,
        "made_at": each.made_at.astimezone(UTC).isoformat(),
        "key": base64.b64encode(each.key.secret()).decode() if each.key else None,
        "destroyed_at": each.destroyed_at.astimezone(UTC).isoformat() if each.destroyed_at else None,
    }


def _key(text: str) -> Key:
    try:
        return Key(base64.b64decode(text, validate=True))
    except binascii.Error:
        raise ValueError from None


def _moment(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError
    return at


def _month(now: datetime) -> str:
    return now.astimezone(UTC).strftime("%Y-%m")


def _order(epoch: str) -> tuple[str, int]:
    month, _, number = epoch.partition(".")
    return month, int(number or 1)
