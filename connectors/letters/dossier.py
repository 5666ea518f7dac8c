"""The dossier of a case as paper, in English or French: what `domain.log.reading` gives, as PDF/A-2a and PDF/UA-1.

Words of the trade (stages, conditions, outcomes, endings, reasons) come from the catalogue; references, hashes and the names of facts
stand as the journal has them, so that they can be found again in `leaves.jsonl`.
"""

import json
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from threading import Lock
from typing import Any, Protocol

from babel.dates import format_datetime
from typst import Compiler, TypstError

from connectors.letters.compose import LOCALES
from connectors.letters.render import STANDARDS
from domain.errors import BadInput
from domain.log.reading import Page, Said

TEMPLATE = Path(__file__).with_name("dossier.typ")
#: Headings and labels of the paper: `dossier.<name>` of the catalogue.
LABELS = (
    "title", "intro", "made", "by", "purpose", "case", "checked", "holds", "fails", "log", "origin", "size", "root", "key", "fingerprint",
    "facts", "number", "when", "who", "what", "leaf", "decisions", "letters", "others", "papers", "none", "withheld", "withheld_count",
    "not_claimed", "limits",
)  # fmt: skip
CLAIMS = ("form", "alteration", "signature", "inclusion", "consistency", "contents", "completeness", "order")
#: Fields whose values are codes of the trade -> the catalogue's family.
FAMILIES = {
    "stage": "stage",
    "condition": "condition",
    "outcome": "outcome",
    "verdict": "verdict",
    "reason": "reason",
    "reasons": "reason",
    "party": "party",
}


class Labels(Protocol):
    """`config.words.Words` fits."""

    def raw(self, key: str, language: str) -> str: ...
    def known(self, language: str = "en") -> frozenset[str]: ...


class DossierPrinter:
    """Sets dossiers. Safe to call from several threads; one is set at a time."""

    def __init__(self, labels: Labels) -> None:
        self._labels = labels
        self.made_with = f"typst {version('typst')}"
        self._compiler = Compiler(str(TEMPLATE), root=str(TEMPLATE.parent), ignore_system_fonts=True)
        self._lock = Lock()

    def print(self, page: Page, language: str) -> bytes:
        """The paper. Raises BadInput (`not_set`) when it cannot be set."""
        at = datetime.fromisoformat(page.made.at).astimezone(UTC).replace(microsecond=0)
        data = json.dumps(self._sheet(page, language, at), ensure_ascii=False)
        try:
            with self._lock:
                made = self._compiler.compile(format="pdf", sys_inputs={"dossier": data}, pdf_standards=STANDARDS, timestamp=at)
        except (TypstError, ValueError):
            raise BadInput("the dossier cannot be set as PDF", code="not_set") from None
        assert isinstance(made, bytes)  # one document, no pages apart
        return made

    def _sheet(self, page: Page, language: str, at: datetime) -> dict[str, Any]:
        words = {name: self._labels.raw(f"dossier.{name}", language) for name in LABELS}
        words["withheld_count"] = words["withheld_count"].replace("{count}", str(page.withheld))
        return {
            "language": language,
            "words": words | {"page": self._labels.raw("paper.page", language)},
            "case": page.case,
            "date": [at.year, at.month, at.day, at.hour, at.minute, at.second],
            "made": {"at": _when(page.made.at, language), "by": page.made.by, "purpose": page.made.purpose},
            "claims": [[self._labels.raw(f"dossier.claim.{name}", language), held] for name, held in page.claims],
            "log": [[words[k], v] for k, v in self._anchor(page)],
            "facts": [self._row(each, language) for each in page.facts],
            "decisions": [self._row(each, language) for each in page.decisions],
            "letters": [self._row(each, language) for each in page.letters],
            "others": [self._row(each, language) for each in page.others],
            "papers": [list(each) for each in page.papers],
        }

    def _anchor(self, page: Page) -> list[tuple[str, str]]:
        return [
            ("origin", page.origin),
            ("size", str(page.size)),
            ("root", page.root),
            ("key", page.key),
            ("fingerprint", page.fingerprint),
        ]

    def _row(self, said: Said, language: str) -> dict[str, Any]:
        fields = [[name.replace("_", " "), self._word(name, value, language)] for name, value in said.fields or ()]
        return {
            "leaf": str(said.index),
            "ref": said.ref,
            "when": _when(said.at, language),
            "who": said.actor,
            "what": (said.what or said.kind).replace("_", " "),
            "fields": fields,
            "withheld": said.fields is None,
        }

    def _word(self, field: str, value: str, language: str) -> str:
        """A code of the trade in words, with the code behind it where they differ; any other value, a moment too, as it stands."""
        key = f"{FAMILIES.get(field, field)}.{value}"
        for known in (key, f"{key}.name"):
            if known in self._labels.known(language) and "{" not in (text := self._labels.raw(known, language)):
                return text if text.casefold() == value.replace("_", " ") else f"{text} ({value})"
        return value


def _when(at: str, language: str) -> str:
    """A moment in UTC, to the second; what is none stands as it is."""
    try:
        moment = datetime.fromisoformat(at).astimezone(UTC)
    except ValueError:
        return at
    return format_datetime(moment, "d MMM y HH:mm:ss", locale=LOCALES[language]) + " UTC"
