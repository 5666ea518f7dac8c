"""The dossier of a case as paper, in English or French: what `domain.log.reading` gives, as PDF/A-2a and PDF/UA-1.

Words of the trade (facts, their fields, stages, conditions, outcomes, endings, reasons) come from the catalogue, beside their codes where
they differ; references and hashes stand as the journal has them, so that everything can be found again in `leaves.jsonl`.
"""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from babel.dates import format_datetime

from connectors.letters.compose import LOCALES
from connectors.letters.press import MADE_WITH, Press, dated
from domain.log.reading import Page, Said

TEMPLATE = Path(__file__).with_name("dossier.typ")
#: Headings and labels of the paper: `dossier.<name>` of the catalogue.
LABELS = (
    "title", "intro", "made", "by", "purpose", "case", "checked", "holds", "fails", "log", "origin", "size", "root", "key", "fingerprint",
    "facts", "number", "when", "who", "what", "leaf", "decisions", "letters", "others", "papers", "none", "withheld", "withheld_count",
    "not_claimed", "limits", "policy", "policy_name", "policy_sha256", "vacancy_sha256", "yes", "no",
)  # fmt: skip
CLAIMS = ("form", "alteration", "signature", "inclusion", "consistency", "contents", "completeness", "order")
#: Fields of leaves that are no facts, besides those facts have too; like them, `field.<name>` of the catalogue.
OF_LEAVES = frozenset({
    "build_id", "delivery", "error", "event_id", "exported_at", "id", "key_id", "last_event", "last_status", "parcel", "partner", "purpose",
    "reader", "run", "signature", "source", "state", "what", "why",
})  # fmt: skip
#: Fields whose values are codes of the trade -> the catalogue's family.
FAMILIES = {
    "stage": "stage",
    "condition": "condition",
    "outcome": "outcome",
    "verdict": "verdict",
    "reason": "reason",
    "reasons": "reason",
    "party": "party",
    "key": "deadline",
}


YES_OR_NO = ("yes", "no")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")


class Labels(Protocol):
    """`config.words.Words` fits."""

    def raw(self, key: str, language: str) -> str: ...
    def known(self, language: str = "en") -> frozenset[str]: ...


class DossierPrinter:
    """Sets dossiers. Safe to call from several threads; one is set at a time."""

    def __init__(self, labels: Labels) -> None:
        self._labels = labels
        self.made_with = MADE_WITH
        self._press = Press("dossier", TEMPLATE)

    def print(self, page: Page, language: str) -> bytes:
        """The paper. Raises BadInput as `Press.set` does."""
        at, numbers = dated(datetime.fromisoformat(page.made.at))
        return self._press.set(self._sheet(page, language, numbers), at)

    def _sheet(self, page: Page, language: str, numbers: list[int]) -> dict[str, Any]:
        words = {name: self._labels.raw(f"dossier.{name}", language) for name in LABELS}
        words["withheld_count"] = words["withheld_count"].replace("{count}", str(page.withheld))
        return {
            "language": language,
            "words": words | {"page": self._labels.raw("paper.page", language)},
            "case": page.case,
            "date": numbers,
            "made": {"at": when(page.made.at, language), "by": page.made.by, "purpose": page.made.purpose},
            "claims": [[self._labels.raw(f"dossier.claim.{name}", language), held] for name, held in page.claims],
            "log": [[words[k], v] for k, v in self._anchor(page)],
            "policy": [[words[{"policy": "policy_name"}.get(k, k)], v] for k, v in page.policy],
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
        fields = [[self._name("field", name, language), self._word(name, value, language)] for name, value in said.fields or ()]
        return {
            "leaf": str(said.index),
            "ref": said.ref,
            "when": when(said.at, language),
            "who": said.actor,
            "what": self._name("fact" if said.kind == "fact" else "leaf", said.what or said.kind, language),
            "code": said.what if said.kind == "fact" and language != "en" else "",
            "fields": fields,
            "withheld": said.fields is None,
        }

    def _name(self, family: str, name: str, language: str) -> str:
        """What a fact, a leaf or a field is called; by its own name where the catalogue has none."""
        key = f"{family}.{name}"
        return self._labels.raw(key, language) if key in self._labels.known(language) else name.replace("_", " ")

    def _word(self, field: str, value: str, language: str) -> str:
        """A code of the trade in words, with the code behind it where they differ; a moment as people write it; else as it stands."""
        if value in YES_OR_NO:
            return self._labels.raw(f"dossier.{value}", language)
        if _MOMENT.fullmatch(value):
            return when(value, language)
        key = f"{FAMILIES.get(field, field)}.{value}"
        for known in (key, f"{key}.name"):
            if known in self._labels.known(language) and "{" not in (text := self._labels.raw(known, language)):
                return text if text.casefold() == value.replace("_", " ") else f"{text} ({value})"
        return value


def when(at: str, language: str) -> str:
    """A moment in UTC, to the second; what is none stands as it is."""
    try:
        moment = datetime.fromisoformat(at).astimezone(UTC)
    except ValueError:
        return at
    return format_datetime(moment, "d MMM y HH:mm:ss", locale=LOCALES[language]) + " UTC"
