"""Authorities that have no machine to ask: by e-mail, on paper, and the console twin that prints.

They answer by word or on paper; the desk concerned enters the reply and a second person confirms it (`recruitment.md` §4).
So nothing here can know where an ask stands: `state` says so instead of guessing.
"""

import hashlib
import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from domain.errors import NotNow

LANGUAGES = ("en", "fr")
Clock = Callable[[], datetime]


def system_now() -> datetime:
    return datetime.now(UTC)


class Say(Protocol):
    """The catalogue: the text of `key` in `language`, its placeholders filled. Raises when either is missing."""

    def __call__(self, key: str, language: str, /, **values: Any) -> str: ...


class Mail(Protocol):
    async def send(self, letter: dict[str, Any]) -> None: ...


def reference_of(key: str) -> str:
    """A file number a person can read over the telephone; the same key always gives the same one."""
    return "M-" + hashlib.sha256(key.encode()).hexdigest()[:10].upper()


def _unknown(key: str) -> dict[str, Any]:
    return {"id": key, "state": "unknown", "reference": reference_of(key), "expected": None}


def _cannot_say(partner: str, key: str) -> NotNow:
    return NotNow(f"{partner} has no machine to say what it has of ours", code="no_look_up", partner=partner, ask=key)


class Sheet(Protocol):
    """Sets one text as paper. `connectors.letters.sheet.Sheets.set` fits."""

    async def __call__(self, reference: str, language: str, text: str, at: datetime) -> bytes: ...


def ask_text(say: Say, key: str, kind: str, case: str, details: dict[str, Any]) -> str:
    """The ask in both languages, English first: an authority abroad reads the one it works in."""
    return _both({language: _asked(say, language, key, kind, case, details) for language in LANGUAGES})


def _asked(say: Say, language: str, key: str, kind: str, case: str, details: dict[str, Any]) -> str:
    lines = "\n".join(f"  {name}: {_plain(value)}" for name, value in sorted(details.items()) if value not in (None, "", [], {}))
    named = say(f"ask.kind.{kind}", language)
    return say("ask.body", language, kind=named, reference=reference_of(key), case=case, details=lines or "  -")


def _both(texts: Mapping[str, str]) -> str:
    return f"\n\n{'-' * 72}\n\n".join(texts.values()) + "\n"


def _plain(value: Any) -> str:
    return ", ".join(_plain(v) for v in value) if isinstance(value, list | tuple) else " ".join(str(value).split())


class EmailAuthority:
    """Asks by a plain e-mail to the authority's mailbox.

    The mail carries case reference and details, never the person's data: a mailbox is no place for it. The security or medical
    office sends the personal sheet by its own protected way, under the same reference.
    """

    channel = "email"
    repeatable = True  # a second copy is the same letter, and says so

    def __init__(self, partner: str, mailbox: str, mail: Mail, say: Say, clock: Clock = system_now) -> None:
        self.partner, self._mailbox, self._mail, self._say, self._clock = partner, mailbox, mail, say, clock

    async def ask(self, *, key: str, kind: str, case: str, details: dict[str, Any], person: dict[str, Any] | None) -> dict[str, Any]:
        kinds = " / ".join(self._say(f"ask.kind.{kind}", language) for language in LANGUAGES)
        await self._send(key, f"{reference_of(key)} - {kinds}", ask_text(self._say, key, kind, case, details))
        return {"reference": reference_of(key), "expected": None}

    async def recall(self, key: str) -> None:
        texts = (self._say("ask.recall", language, reference=reference_of(key)) for language in LANGUAGES)
        await self._send(f"{key}/recall", f"{reference_of(key)}", "\n\n".join(texts) + "\n")

    async def state(self, key: str) -> dict[str, Any]:
        return _unknown(key)

    async def find(self, key: str) -> dict[str, Any] | None:
        raise _cannot_say(self.partner, key)

    async def known(self, *, everything: bool = False) -> dict[str, dict[str, Any]] | None:
        return None

    async def close(self) -> None:
        return

    async def _send(self, letter: str, subject: str, body: str) -> None:
        sent = {"letter": letter, "to": self._mailbox, "at": self._clock().isoformat(), "subject": subject, "body": body}
        await self._mail.send(sent | {"language": "en, fr"})


class PaperAuthority:
    """Sends nothing: keeps what the desk prints and posts in `folder`, per ask a text and a PDF a language, without the person's data.

    Personal data stands in its own tables only, where it can be erased; the desk prints the personal sheet from there. The reference
    on the paper is the one the answer quotes, and the desk types in with it (`enter_reply`).
    """

    channel = "paper"
    repeatable = True

    def __init__(self, partner: str, folder: Path, say: Say, sheet: Sheet | None = None, clock: Clock = system_now) -> None:
        self.partner, self._folder, self._say, self._sheet, self._clock = partner, folder, say, sheet, clock

    async def ask(self, *, key: str, kind: str, case: str, details: dict[str, Any], person: dict[str, Any] | None) -> dict[str, Any]:
        await self._print(
            key, reference_of(key), {language: _asked(self._say, language, key, kind, case, details) for language in LANGUAGES}
        )
        return {"reference": reference_of(key), "expected": None}

    async def recall(self, key: str) -> None:
        reference = reference_of(key)
        texts = {language: self._say("ask.recall", language, reference=reference) for language in LANGUAGES}
        said = {language: self._say("ask.recall_sheet", language, reference=reference, text=text) for language, text in texts.items()}
        await self._print(key, f"{reference}-recall", said)

    async def state(self, key: str) -> dict[str, Any]:
        return _unknown(key)

    async def find(self, key: str) -> dict[str, Any] | None:
        raise _cannot_say(self.partner, key)

    async def known(self, *, everything: bool = False) -> dict[str, dict[str, Any]] | None:
        return None

    async def close(self) -> None:
        return

    async def _print(self, key: str, name: str, texts: Mapping[str, str]) -> None:
        """The paper first, the text last: where the text is, everything is."""
        folder = self._folder / self.partner
        if (folder / f"{name}.txt").exists():
            return
        if self._sheet is not None:
            for language, text in texts.items():
                self._keep(f"{name}-{language}.pdf", await self._sheet(reference_of(key), language, text, self._clock()))
        self._keep(f"{name}.txt", _both(texts).encode())

    def _keep(self, name: str, content: bytes) -> None:
        """Whole or not at all, and only once: a file the desk may already have printed is never rewritten."""
        folder = self._folder / self.partner
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        target = folder / name
        if target.exists():
            return
        draft = folder / f".{name}.{os.getpid()}"
        draft.write_bytes(content)
        draft.replace(target)


class ConsoleAuthority:
    """The twin for trying things out: prints what would have been asked, without the person."""

    channel = "console"
    repeatable = True

    def __init__(self, partner: str) -> None:
        self.partner = partner

    async def ask(self, *, key: str, kind: str, case: str, details: dict[str, Any], person: dict[str, Any] | None) -> dict[str, Any]:
        print(f"[{self.partner}] asked for {kind}: {case} ({key}) {details}")
        return {"reference": reference_of(key), "expected": None}

    async def recall(self, key: str) -> None:
        print(f"[{self.partner}] recalled: {key}")

    async def state(self, key: str) -> dict[str, Any]:
        return _unknown(key)

    async def find(self, key: str) -> dict[str, Any] | None:
        raise _cannot_say(self.partner, key)

    async def known(self, *, everything: bool = False) -> dict[str, dict[str, Any]] | None:
        return None

    async def close(self) -> None:
        return
