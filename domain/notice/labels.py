"""The bilingual table of labels, and finding them with their values in the layouts notices come in.

A label stands before its value on one line, with or without a colon; on a line of its own with the value below; or run together
with the values around it ("MonthlyGrade NATO Grade G20"). Without a colon a word like "Grade" may as well begin a sentence: there
a value counts only if its own grammar can read it (`readable`).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from domain.notice.normalise import Line, fold

# field | language ("" when the word is the same in both) | the label's wordings
_TABLE: Final = """
reference|en|vacancy notice number; vacancy notice no; vacancy notice ref; vacancy number; vacancy no; vacancy n°; vacancy id
reference|en|vacancy reference
reference|en|vacancy ref; vacancy announcement number; staff vacancy; vacancy notice; job reference; job number; job no; job id
reference|en|job opening number
reference|en|job opening; reference number; reference no; requisition number; requisition id; requisition no; requisition #
reference|en|requisition
reference|en|announcement number; notice number; call reference; selection reference; post reference; job ref; vacancy code
reference|fr|numero de l'avis de vacance; numero de vacance; numero de la vacance; n° de vacance; avis de vacance n°
reference|fr|avis de vacance no; avis de vacance
reference|fr|vacance de poste n°; vacance n°; numero de reference; n° de reference; reference de l'avis; reference de la vacance
reference|fr|reference du poste
reference|fr|numero de l'avis; n° de l'avis; code de selection; code de l'avis; vacance de poste
reference||reference; ref; vacance
title|en|job title; post title; position title; title of the post; title of post; function title; vacancy title; title; position; post
title|en|job
title|fr|intitule du poste; intitule de l'emploi; intitule de la fonction; titre du poste; titre de l'emploi; intitule; titre; poste
title|fr|fonction; emploi
body|en|nato body; hiring organisation; hiring organization; organization; employer; agency; international organisation
body|fr|organisme otan; organisme; employeur; agence; entite
body||organisation; institution
location|en|primary location; duty station; duty location; place of employment; place of assignment; place of work; post location
location|en|job location
location|en|work location; location; duty stations
location|fr|emplacement principal; lieu d'affectation; lieu de travail; lieu d'emploi; lieu de service; lieu du poste; emplacement
location|fr|localisation; lieu
schedule|en|schedule; work schedule; working time; working hours; full-time/part-time; time basis
schedule|fr|horaire de travail; horaire; temps de travail; regime de travail; temps plein/temps partiel; regime
deadline|en|application deadline; application closing date; applications closing date; closing date for applications
deadline|en|closing date of applications
deadline|en|closing date and time; closing date; deadline for applications; deadline for application
deadline|en|deadline for submission of applications
deadline|en|deadline for submitting applications; deadline for receipt of applications; deadline to apply; deadline date; deadline
deadline|en|apply by; apply before
deadline|en|applications close; last date to apply; last day to apply; expiry date; application end date; vacancy closing date; closes
deadline|en|closing
deadline|fr|date de retrait; date limite de depot des candidatures; date limite de depot de candidature
deadline|fr|date limite de reception des candidatures
deadline|fr|date limite de candidature; date limite des candidatures; date limite d'envoi des candidatures; date limite pour postuler
deadline|fr|date limite
deadline|fr|date de cloture des candidatures; date de cloture; cloture des candidatures; date d'echeance; echeance
deadline|fr|delai de candidature; delai; cloture
deadline|fr|date limite d'introduction des candidatures; date limite pour le depot des candidatures; candidatures avant le
salary|en|salary (pay basis); basic monthly salary; monthly basic salary; basic annual salary; annual basic salary; monthly salary
salary|en|annual salary
salary|en|basic salary; starting salary; entry salary; gross salary; net salary; salary; monthly remuneration; remuneration package
salary|en|pay basis
salary|fr|salaire (base de paie); traitement de base mensuel; traitement mensuel de base; traitement de base; traitement mensuel
salary|fr|traitement
salary|fr|salaire mensuel de base; salaire de base mensuel; salaire mensuel; salaire annuel; salaire de base; salaire
salary|fr|remuneration mensuelle; base de paie
salary||remuneration
grade|en|post grade; job grade; grade of the post; grade level; grade/level; level/grade; level and grade; category and grade
grade|en|function group and grade; function group; category/grade; post level; job level; level; grade(s)
grade|fr|grade otan; grade du poste; niveau du poste; categorie et grade; categorie/grade; groupe de fonctions et grade; niveau; classe
grade||nato grade; nato grades; grades; grade
clearance|en|clearance level; security clearance level; level of security clearance; required security clearance
clearance|en|security clearance required
clearance|en|security clearance requirement; personnel security clearance; required clearance; security clearance; clearance
clearance|fr|niveau de l'habilitation de securite; niveau d'habilitation de securite; niveau d'habilitation; niveau de l'habilitation
clearance|fr|niveau de securite requis; habilitation de securite requise; habilitation requise; habilitation de securite; habilitation
contract|en|type of contract; contract type; type of appointment; appointment type; type of employment; employment type; type of post
contract|en|post type
contract|fr|type de contrat; nature du contrat; type d'emploi; type d'engagement; type de poste
duration|en|contract duration; duration of contract; duration of the contract; duration of appointment; length of contract
duration|en|contract length; duration
duration|fr|duree du contrat; duree de l'engagement; duree du mandat; duree
contact|en|contact person; point of contact; contact e-mail; contact email; contact point; for further information; for enquiries
contact|en|enquiries
contact|fr|personne de contact; personne a contacter; point de contact; renseignements; pour tout renseignement; adresse de contact
contact||contact
nationality|en|eligible nationalities; eligible nations; eligible nationality; nationality requirement; nationality; who can apply
nationality|en|open to nationals of
nationality|fr|nationalites admises; nationalites eligibles; nationalite requise; nationalite; qui peut postuler
nationality|fr|ouvert aux ressortissants de
posts|en|number of posts; number of positions; number of vacancies; no. of posts; no. of positions; no of posts; posts available
posts|fr|nombre de postes; nombre d'emplois; postes a pourvoir
|en|description; description of the post; job description; post number; position number; post no; division/office; division
|en|directorate/unit; directorate
|en|department/division; department; section; field of expertise; job family; indicative starting date; starting date; start date
|en|date of entry on duty
|en|publication date; publication; date of issue; issue date; date posted; posting date; opening date; posted; summary; other locations
|en|job posting
|en|unposting date; management of staff; travel; job shift; post context; languages; language requirements; responsibilities
|fr|description du poste; date de publication; date de parution; service; direction; date de debut; date d'entree en fonctions
|fr|autres emplacements
|fr|numero du poste; langues; resume; contexte; date d'affichage; publication
"""

RUN_TOGETHER: Final = re.compile(
    r"Primary Location|NATO Body|Schedule|Application Deadline|Salary \(Pay Basis\)|(?<!NATO )(?<!OTAN )Grade|Clearance Level|Job Posting"
    r"|Emplacement principal|Organisation|Horaire|Date de retrait|Salaire \(Base de paie\)"
    r"|Niveau de l['’]habilitation de sécurité|Description"
)
"""The labels of the recruitment system, as it prints them: they may follow a value without any space."""

_GLUED: Final = re.compile(rf"(?<=[a-z0-9).])(?:{RUN_TOGETHER.pattern})")

MIDDLE_LIMIT: Final = 1000
"""How far into a line further labels are looked for: a header is short."""


@dataclass(frozen=True, slots=True)
class Label:
    field: str
    language: str
    wording: str


@dataclass(frozen=True, slots=True)
class Labelled:
    """A label with its value, both as printed, and the lines they stand on."""

    field: str
    language: str
    label: str
    value: str
    folded: str
    lines: tuple[int, int]
    colon: bool


def _table() -> dict[str, list[Label]]:
    """Labels by their first word, the longest first."""
    by_word: dict[str, list[Label]] = {}
    for row in _TABLE.strip().split("\n"):
        name, language, wordings = row.split("|", 2)
        for wording in wordings.split("; "):
            by_word.setdefault(_WORD.match(wording)[0], []).append(Label(name, language, wording))  # type: ignore[index]
    for labels in by_word.values():
        labels.sort(key=lambda label: -len(label.wording))
    return by_word


_WORD: Final = re.compile(r"[a-z°]*")
LABELS: Final = _table()
WORDINGS: Final = frozenset(label.wording for labels in LABELS.values() for label in labels)
"""Every wording of the table, folded."""
_NUMBERING = re.compile(r"^\(?(?:\d{1,2}|[a-z])[.)] ")
_SEPARATOR = re.compile(r"\s?(?:\([^()]{0,25}\)\s?(?=:))?(?P<mark>[:|=?]|-(?=\s)|(?<=\s)-)?[\s:|.]*")
_SLASH = re.compile(r"\s?/\s?")
_MIDDLE = re.compile(r"(?:(?<=[\s).;,|])|^)(?P<label>[A-ZÀ-Þ][\w'’ /°().-]{1,45}?)\s?:")

Readable = Callable[[str, str, str, bool], bool]
"""(field, value, folded value, colon) → whether the value's own grammar accepts it."""


def labelled(lines: list[Line], readable: Readable) -> list[Labelled]:
    """Every label with a value that can be read, in the order of the text."""
    found: list[Labelled] = []
    waiting: tuple[Label, Line] | None = None
    for above, line in zip([None, *lines], lines, strict=False):
        if not line.text or (above is not None and _goes_on(above, line)):
            continue
        marks = _marks(line, waiting is not None and waiting[0].field != "", readable)
        if waiting and (not marks or marks[0].start > 0):
            found.extend(_below(*waiting, line, marks[0].start if marks else len(line.text), readable))
        elif marks and marks[0].start > 3:
            found.append(Labelled("lead", "", "", line.text[: marks[0].start].strip(_EDGES), "", (line.number, line.number), colon=False))
        waiting = None
        for place, mark in enumerate(marks):
            until = marks[place + 1].start if place + 1 < len(marks) else len(line.text)
            value = line.text[mark.end : until].strip(_EDGES)
            if value and mark.label.field and readable(mark.label.field, value, fold(value), mark.colon):
                found.append(_item(mark.label, value, (line.number, line.number), mark.colon))
            if not value and place + 1 == len(marks) and _stands_alone(line, mark):
                waiting = (mark.label, line)
    return found


_EDGES = " :|;,"


@dataclass(frozen=True, slots=True)
class _Mark:
    start: int
    end: int
    label: Label
    colon: bool


def _goes_on(above: Line, line: Line) -> bool:
    """Whether a line only continues the sentence above it, so that a word of the table at its start is no label."""
    unfinished = len(above.text) >= WRAPPED and not above.text.endswith((".", ":", ";", "!", "?", ")")) and not _at_start(above)
    mark = _at_start(line) if unfinished else None
    return mark is not None and not mark.colon


WRAPPED: Final = 80
"""A line this long without the end of a sentence was probably cut by whoever wrapped the text."""


def _stands_alone(line: Line, mark: _Mark) -> bool:
    """A label on its own line begins with a capital and does not end a sentence."""
    return line.text[mark.start].isupper() and (not line.text.endswith(".") or mark.label.wording.endswith((" no", " n°", "ref")))


def _marks(line: Line, waiting: bool, readable: Readable) -> list[_Mark]:
    """Where labels stand in a line: one at its start, and further ones behind the values in between."""
    first = _at_start(line)
    if first and waiting and not _is_surely_a_label(first, line, readable):
        first = None  # the value of the label above happens to begin with a word of the table
    middle: list[_Mark] = []
    if first or waiting or _GLUED.search(line.text[:MIDDLE_LIMIT]):
        middle = _in_the_middle(line, first.end if first else 1, readable)
    return [*([first] if first else []), *middle]


def _is_surely_a_label(mark: _Mark, line: Line, readable: Readable) -> bool:
    value = line.text[mark.end :].strip(_EDGES)
    return mark.colon or not value or (mark.label.field != "" and readable(mark.label.field, value, fold(value), False))


def _at_start(line: Line) -> _Mark | None:
    numbering = _NUMBERING.match(line.folded)
    mark = _label_at(line, numbering.end() if numbering else 0)
    return mark and _Mark(0, mark.end, mark.label, mark.colon)


def _label_at(line: Line, start: int) -> _Mark | None:
    word = _WORD.match(line.folded, start)
    for label in LABELS.get(word[0] if word else "", ()):
        end = start + len(label.wording)
        if not line.folded.startswith(label.wording, start) or line.folded[end : end + 1].isalpha():
            continue
        if line.folded.startswith("(s)", end):
            end += 3
        end = _second_wording(line.folded, end)
        separator = _SEPARATOR.match(line.folded, end)
        if separator and (separator["mark"] or line.text[start].isupper()):
            return _Mark(start, separator.end(), label, separator["mark"] is not None)
    return None


def _second_wording(folded: str, end: int) -> int:
    """ "Grade / Grade:", "Duty station / Lieu d'affectation :" - the label again in the other language."""
    slash = _SLASH.match(folded, end)
    if not slash:
        return end
    word = _WORD.match(folded, slash.end())
    for label in LABELS.get(word[0] if word else "", ()):
        after = slash.end() + len(label.wording)
        if folded.startswith(label.wording, slash.end()) and not folded[after : after + 1].isalpha():
            return after
    return end


def _in_the_middle(line: Line, start: int, readable: Readable) -> list[_Mark]:
    """Labels behind other values: those of the recruitment system wherever they stand, others with a colon only.

    Read from the end of the line, so that each is kept only if what stands between it and the next can be its value.
    """
    text = line.text[:MIDDLE_LIMIT]
    candidates: dict[int, _Mark] = {}
    for match in RUN_TOGETHER.finditer(text, start):
        mark = _label_at(line, match.start()) or _printed(line, match)
        if mark:
            candidates[match.start()] = mark
    for match in _MIDDLE.finditer(text, start):
        at = _wording_before(line, match.start("label"), match.end("label"))
        if at is not None and (mark := _label_at(line, at)) and mark.colon:
            candidates.setdefault(at, mark)
    kept: list[_Mark] = []
    until = len(line.text)
    for at in sorted(candidates, reverse=True):
        mark = candidates[at]
        value = line.text[mark.end : until].strip(_EDGES)
        if not value or not mark.label.field or readable(mark.label.field, value, fold(value), mark.colon):
            kept.append(mark)
            until = at
    return sorted(kept, key=lambda mark: mark.start)


def _printed(line: Line, match: re.Match[str]) -> _Mark | None:
    """A label run together with its value: "GradeA.2"."""
    wording = fold(match[0])
    word = _WORD.match(wording)
    label = next((label for label in LABELS.get(word[0] if word else "", ()) if label.wording == wording), None)
    separator = _SEPARATOR.match(line.folded, match.end())
    return _Mark(match.start(), separator.end() if separator else match.end(), label, colon=False) if label else None


def _wording_before(line: Line, start: int, end: int) -> int | None:
    """Where, in the words before a colon, a known label begins that reaches to the colon."""
    for at in (start, *(start + place.end() for place in re.compile(r"[ .]").finditer(line.folded[start:end]))):
        word = _WORD.match(line.folded, at)
        rest = line.folded[at:end].strip()
        if word and any(label.wording == rest for label in LABELS.get(word[0], ())):
            return at
    return None


def _below(label: Label, above: Line, line: Line, until: int, readable: Readable) -> list[Labelled]:
    """The value of a label that stood alone on the line above."""
    value = line.text[:until].strip(_EDGES)
    near = line.number - above.number <= 3
    if near and value and label.field and readable(label.field, value, fold(value), True):
        return [_item(label, value, (above.number, line.number), True)]
    return []


def _item(label: Label, value: str, lines: tuple[int, int], colon: bool) -> Labelled:
    return Labelled(label.field, label.language, label.wording, value, fold(value), lines, colon)
