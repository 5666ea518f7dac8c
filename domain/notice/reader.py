"""The way in: bytes of a file → `Notice`, or a refusal that says what was missing."""

import re
from itertools import pairwise
from typing import Final

from domain.errors import NotANotice
from domain.notice.bodies import body_named, is_nato, mentions_nato
from domain.notice.findings import Finding, Reading
from domain.notice.header import header_body, readable
from domain.notice.labels import Labelled, labelled
from domain.notice.languages import both_versions, main_language, with_languages
from domain.notice.model import Clauses, Conflict, Evidence, Notice, Title
from domain.notice.normalise import Line, Passage, decode, lines_of, passages_of
from domain.notice.reading import Reader
from domain.notice.reconcile import Difference, emphasised, policy_difference, reconciled

MAX_BYTES: Final = 256 * 1024
"""A notice in two languages has some 25 kB. What is far longer is refused before it is read, so that junk costs no time."""
MAX_LINES: Final = 20_000
HEAD: Final = 32 * 1024
"""How much of a file that is too long is looked at, to say what was missing in it."""

_WORK = re.compile(
    r"\b(?:vacanc(?:y|ies)|vacant|recruit\w*|applicants?|applications?|candidates?|candidac\w+|incumbent|post-?holder|salary"
    r"|grade|clearance|job|duty station"
    r"|vacance|recrutement|candidat\w*|candidature\w*|poste|emploi|salaire|traitement|habilitation|titulaire)\b"
)
_SIGNS: Final[dict[str, str]] = {
    "reference": "a reference",
    "deadline": "a closing date",
    "grades": "a grade",
    "location": "a duty station",
    "salary": "a salary",
    "clearance": "a clearance level",
}
_ANCHORS: Final = ("reference", "deadline", "grades")
_TERMS: Final = frozenset(
    {"contracts", "eligible_nationalities", "clearance_is", "languages", "education_alternatives", "clauses.twin_grade"}
)
"""With a closing date and an announcement, one of these in the prose makes a notice whose header is missing."""
_HEADER: Final = (*_SIGNS, "body", "schedule", "title")
HEADER_HEIGHT: Final = 40
"""Lines within which the labels of one header stand."""
_ANNOUNCES = re.compile(
    r"\b(?:vacancy|vacancies|call for (?:interest|applications|expressions? of interest)|job (?:opening|description)|recruits|is recruiting"
    r"|seeks|is seeking|looks for|is looking for|avis de vacance|vacance|appel a candidatures?|offre d'emploi|recrute|recherche un)"
)


def read_notice(raw: bytes) -> Notice:
    """Reads one notice, in English, French or both. Raises `NotANotice` with a sentence naming what was missing."""
    if len(raw) > MAX_BYTES:
        raise _too_long(raw)
    lines = lines_of(decode(raw))
    if len(lines) > MAX_LINES:
        raise NotANotice(f"The file has {len(lines)} lines; a notice has at most {MAX_LINES}.", code="TooLong")
    return _Text(lines).notice()


def _too_long(raw: bytes) -> NotANotice:
    """The refusal for a file nobody would publish as a notice: its length, and what its beginning lacks."""
    text = decode(raw[:HEAD].rsplit(b"\n", 1)[0] or raw[:HEAD]) if not raw.startswith((b"\xff\xfe", b"\xfe\xff")) else ""
    missing = _Text(lines_of(text)).missing() if text else []
    lacks = f" Its beginning has no {_listed(missing)}." if missing else ""
    return NotANotice(f"The file has {len(raw)} bytes; a notice has at most {MAX_BYTES}.{lacks}", code="TooLong", missing=missing)


def _listed(missing: list[str]) -> str:
    return ", ".join(name.removeprefix("a ") for name in missing)


class _Text:
    """The lines of a file, and what they say in each language."""

    def __init__(self, lines: list[Line]) -> None:
        self.items = labelled(lines, readable)
        self.banners = frozenset(line.number for line in lines if line.opens and line.closes)
        alone = {n for item in self.items for n in range(item.lines[0], item.lines[1] + 1)}
        known = {item.lines[0]: item.language for item in self.items if item.language}
        self.passages = with_languages(passages_of(lines, alone), known)
        self.main = main_language(self.passages)
        self.work = any(_WORK.search(passage.folded) for passage in self.passages)
        # A text without one word of the trade is not read any further: junk is answered at once.
        self.readings = {code: self._read(code) if self.work else {} for code in ("en", "fr")}

    def _is_natos(self) -> bool:
        """Whose grades these are: the body in the header says; else a text that speaks of NATO, or of no other body, is NATO's."""
        if body := header_body(self.items):
            return is_nato(body)
        top = self.passages[:60]
        return any(mentions_nato(p.folded) for p in top) or not any(body_named(p.text, p.folded, nato=False) for p in top)

    def _in(self, language: str) -> list[Passage]:
        return [passage for passage in self.passages if passage.language == language]

    def _read(self, language: str) -> Reading:
        passages = self._in(language)
        numbers = {n for passage in passages for n in passage.numbers}
        items: list[Labelled] = [item for item in self.items if item.lines[-1] in numbers]
        return Reader(language, passages, items, nato=self._is_natos(), banners=self.banners).read() if passages else {}

    def missing(self) -> list[str]:
        """What every notice has and this text has not; [] when it is a notice."""
        found = {key for reading in self.readings.values() for key in reading}
        if any(key in found for key in _ANCHORS) and (self._has_header() or self._announces(found)):
            return []
        absent = [name for key, name in _SIGNS.items() if key not in found] or ["a header"]
        return absent if self.work else [*absent, "a word of a vacancy, an application or a post"]

    def _has_header(self) -> bool:
        """Two labels of a header near each other; a reference beside the title counts as one."""
        lines = sorted(
            (finding.lines[0], key)
            for reading in self.readings.values()
            for key, finding in reading.items()
            if key in _HEADER and (finding.rule.startswith("label.") or finding.rule == "title.reference")
        )
        return any(second[0] - first[0] <= HEADER_HEIGHT and first[1] != second[1] for first, second in pairwise(lines))

    def _announces(self, found: set[str]) -> bool:
        """A notice in prose: announced at the top, with a closing date and terms."""
        announced = any(_ANNOUNCES.search(passage.folded) for passage in self.passages[:8])
        return announced and "deadline" in found and bool(found & _TERMS)

    def notice(self) -> Notice:
        if missing := self.missing():
            raise NotANotice(f"This is not a vacancy notice: no {_listed(missing)} was found.", missing=missing)
        en, fr = self.readings["en"], self.readings["fr"]
        settled, differences = reconciled(en, fr, self.main, both_full=both_versions(self.passages))
        if en and fr:
            differences += emphasised(self._in("en"), self._in("fr"))
            if policy := policy_difference(self._in("en"), self._in("fr")):
                differences.append(policy)
        return _notice(settled, {"en": en.get("title"), "fr": fr.get("title")}, differences, self.main)


def _notice(settled: Reading, titles: dict[str, Finding | None], differences: list[Difference], main: str) -> Notice:
    values: dict[str, object] = {key: finding.value for key, finding in settled.items() if "." not in key}
    clauses = {key.partition(".")[2]: True for key in settled if key.startswith("clauses.")}
    evidence = {key: _evidence(finding) for key, finding in settled.items()}
    named = {code: finding for code, finding in titles.items() if finding}
    for code in sorted(named, key=lambda code: code != main):
        evidence.setdefault("title", _evidence(named[code]))
        evidence[f"title.{code}"] = _evidence(named[code])
    return Notice.model_validate(
        {
            **values,
            "title": Title(**{code: str(finding.value) for code, finding in named.items()}),
            "clauses": Clauses.model_validate(clauses),
            "conflicts": [Conflict(field=d.field, en=d.en, fr=d.fr, note=d.note) for d in differences],
            "evidence": evidence,
        }
    )


def _evidence(finding: Finding) -> Evidence:
    return Evidence.model_validate(
        {
            "language": finding.language,
            "lines": finding.lines,
            "rule": finding.rule,
            "confidence": "inferred" if finding.inferred else "stated",
        }
    )
