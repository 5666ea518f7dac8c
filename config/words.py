"""The one catalogue (`locale/<language>/LC_MESSAGES/*.po`): letters, endings, stages, reasons, pages, in English and French.

`muster.po` holds what every door says, `console.po` what only the pages of the console say; a key stands in one file alone.

Message ids are stable keys (`letter.conditional_offer.body`), so both languages are translations and neither can go missing
unseen. The .po files are read as they are when a process starts: there is no compiled copy that could be older than they.
"""

import string
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from babel.messages.pofile import PoFileError, read_po

from domain.errors import BadInput

LANGUAGES = ("en", "fr")
#: The first has to be there.
FILES = ("muster.po", "console.po")
LOCALE = Path(__file__).resolve().parent.parent / "locale"


class Words:
    """The texts of both languages. Strict: a key or a value that is missing raises, it is never shown as a hole."""

    def __init__(self, texts: Mapping[str, Mapping[str, str]]) -> None:
        self._texts = MappingProxyType({language: MappingProxyType(dict(entries)) for language, entries in texts.items()})
        self._known = {language: frozenset(entries) for language, entries in texts.items()}

    @classmethod
    def load(cls, folder: Path = LOCALE) -> "Words":
        """The catalogue in `folder`; read once per process. Raises BadInput naming the file and what is wrong with it."""
        return _load(folder)

    def say(self, key: str, language: str, /, **values: Any) -> str:
        """The text of `key` in `language`, its placeholders filled; values it does not mention are ignored.

        Raises BadInput for an unknown key or language, and for a placeholder without a value.
        """
        entries = self._texts.get(language)
        text = entries.get(key) if entries is not None else None
        if text is None:
            raise BadInput(f"the catalogue has no {key!r} in {language!r}", code="missing_text", key=key, language=language)
        missing = placeholders(text) - values.keys()
        if missing:
            raise BadInput(f"{key!r} needs {', '.join(sorted(missing))}", code="missing_value", key=key, missing=sorted(missing))
        return string.Formatter().vformat(text, (), values)

    def has(self, key: str) -> bool:
        """Is there such a text? Every language has the same ones."""
        return key in self._texts[LANGUAGES[0]]

    def known(self, language: str = "en") -> frozenset[str]:
        """Every key there is."""
        return self._known[language]

    def raw(self, key: str, language: str) -> str:
        """The text as the catalogue has it, placeholders and all."""
        return self._texts[language][key]


@cache
def placeholders(text: str) -> frozenset[str]:
    """Names in braces. Only plain names are allowed: nothing of a value but its text can be reached from a translation."""
    found = set()
    for _, field, spec, conversion in string.Formatter().parse(text):
        if field is None:
            continue
        if not field.isidentifier() or spec or conversion:
            raise BadInput(f"only plain {{names}} may stand in a text, not {field!r}", code="bad_text")
        found.add(field)
    return frozenset(found)


def read(path: Path) -> dict[str, str]:
    """The entries of one .po file. Raises BadInput for anything half done: empty, fuzzy, plural, or not understood."""
    texts: dict[str, str] = {}
    try:
        with path.open("rb") as file:
            catalogue = read_po(file, abort_invalid=True)
    except (OSError, PoFileError, UnicodeDecodeError, ValueError) as error:
        raise BadInput(f"{path}: {error}", code="bad_catalogue") from None
    for message in catalogue:
        if not message.id:
            continue
        key, text = message.id, message.string
        if not isinstance(key, str) or not isinstance(text, str) or not text.strip() or message.fuzzy:
            raise BadInput(f"{path}: {key!r} is empty, fuzzy or a plural", code="bad_catalogue", key=str(key))
        placeholders(text)
        texts[key] = text
    return texts


@cache
def _load(folder: Path) -> Words:
    texts = {language: _together(folder / language / "LC_MESSAGES") for language in LANGUAGES}
    first = texts[LANGUAGES[0]]
    for language in LANGUAGES[1:]:
        apart = sorted(first.keys() ^ texts[language].keys())
        if apart:
            raise BadInput(f"only one of {LANGUAGES[0]} and {language} has {apart[0]!r} ({len(apart)} in all)", code="bad_catalogue")
        uneven = [key for key in sorted(first) if placeholders(first[key]) != placeholders(texts[language][key])]
        if uneven:
            raise BadInput(f"{uneven[0]!r} has other placeholders in {language}", code="bad_catalogue", key=uneven[0])
    return Words(texts)


def _together(folder: Path) -> dict[str, str]:
    """The entries of every file of one language. Raises BadInput for a key that stands in two."""
    texts: dict[str, str] = {}
    for name in FILES:
        found = read(folder / name) if name == FILES[0] or (folder / name).exists() else {}
        if twice := sorted(texts.keys() & found.keys()):
            raise BadInput(f"{folder / name}: {twice[0]!r} stands in another file too", code="bad_catalogue", key=twice[0])
        texts |= found
    return texts
