"""Changing the partners file by command: comments and order stay, what would not load is never written, the file is replaced whole."""

import os
import stat
import tempfile
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.exceptions import ParseError
from tomlkit.items import AoT, Table

from config.partners import BadConfiguration, Partner, load_partners
from domain.errors import Conflict, NotFound, NotNow

#: As many keys of one partner may be live side by side: the old and the new.
LIVE = 2


def add(path: Path, partner: str, entry: dict[str, Any], key: dict[str, Any] | None) -> Partner:
    """A new partner, at the end of the file; the file is made if there is none. Raises Conflict when the id is taken, BadConfiguration."""

    def change(document: tomlkit.TOMLDocument) -> None:
        partners = document.setdefault("partners", tomlkit.table(is_super_table=True))
        if partner in partners:
            raise Conflict(f"there is a partner {partner} already", code="partner_known")
        table = tomlkit.table()
        for name, value in entry.items():
            table.add(name, value)
        if key:
            keys = tomlkit.aot()
            keys.append(_key_table(key))
            table.add("keys", keys)
        partners.append(partner, table)

    return _changed(path, change)[partner]


def rotate(path: Path, partner: str, key: dict[str, Any], now: datetime, overlap: timedelta) -> Partner:
    """A new key beside the old one, which ends after `overlap`. Raises NotFound, Conflict (the id is taken), NotNow (too many live)."""

    def change(document: tomlkit.TOMLDocument) -> None:
        keys = _keys(document, partner, path)
        if any(each["id"] == key["id"] for each in keys):
            raise Conflict(f"{partner} has a key {key['id']} already", code="key_known")
        live = [each for each in keys if _live(each, now)]
        if len(live) >= LIVE:
            raise NotNow(f"{partner} has {len(live)} live keys; revoke one of them first", code="too_many_keys")
        for each in live:
            each["not_after"] = min([now + overlap, *([each["not_after"]] if "not_after" in each else [])])
        keys.append(_key_table(key))

    return _changed(path, change)[partner]


def revoke(path: Path, partner: str, key_id: str) -> Partner:
    """From the next request on this key proves nothing. Raises NotFound."""

    def change(document: tomlkit.TOMLDocument) -> None:
        for each in _keys(document, partner, path):
            if each["id"] == key_id:
                each["revoked"] = True
                return
        raise NotFound(f"{partner} has no key {key_id}", code="unknown_key")

    return _changed(path, change)[partner]


def _keys(document: tomlkit.TOMLDocument, partner: str, path: Path) -> AoT:
    table = document.get("partners", {}).get(partner)
    if table is None:
        raise NotFound(f"{path} has no partner {partner}", code="unknown_partner")
    keys = table.get("keys")
    if keys is None:
        table.add("keys", keys := tomlkit.aot())
    if not isinstance(keys, AoT):
        raise BadConfiguration(f"{path}: partners.{partner}.keys must be written as [[partners.{partner}.keys]] to be changed here")
    return keys


def _live(key: Any, now: datetime) -> bool:
    return not key.get("revoked", False) and ("not_after" not in key or key["not_after"] > now)


def _key_table(key: dict[str, Any]) -> Table:
    table = tomlkit.table()
    for name, value in key.items():
        table.add(name, value)
    return table


def _changed(path: Path, change: Callable[[tomlkit.TOMLDocument], None]) -> dict[str, Partner]:
    """Apply, check by reading it as the doors do, replace. Raises what `load_partners` raises, with nothing written."""
    path = path.resolve()  # a link stays a link
    before = path.read_bytes() if path.exists() else b""
    if before:
        load_partners(path)  # a file that is wrong already is not ours to mend in passing
    document = _parsed(path, before)
    change(document)
    mode = stat.S_IMODE(path.stat().st_mode) if path.exists() else 0o600
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    draft = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(tomlkit.dumps(document))
            file.flush()
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
        partners = _checked(draft, path)
        if (path.read_bytes() if path.exists() else b"") != before:
            raise Conflict(f"{path} was changed by somebody else meanwhile; nothing was written", code="file_changed")
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return partners


def _parsed(path: Path, before: bytes) -> tomlkit.TOMLDocument:
    try:
        return tomlkit.parse(before.decode("utf-8"))
    except (UnicodeDecodeError, ParseError):
        raise BadConfiguration(f"{path}: not readable as TOML") from None


def _checked(draft: Path, path: Path) -> dict[str, Partner]:
    try:
        return load_partners(draft)
    except BadConfiguration as error:
        raise BadConfiguration(error.message.replace(str(draft), str(path)) + "; nothing was written") from None
