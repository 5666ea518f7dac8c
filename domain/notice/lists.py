"""What a notice lists: education alternatives, desirable points, competencies, role profiles, information sessions, its mailbox."""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from domain.notice.dates import Moment, moments
from domain.notice.durations import DURATION, years
from domain.notice.normalise import Passage

Found = tuple[Passage, int, int]

# --- education: any one of the alternatives suffices (recruitment.md §3) ---------------------------------------------------------

_EDUCATION = re.compile(
    r"\b(?:degrees?|diplomas?|secondary|vocational|bachelor\w{0,2}|master\w{0,2}|university|education\w{0,2}|qualifications?"
    r"|certificates?|doctorate|phd"
    r"|diplomes?|enseignement|formations?|universitaires?|licence|baccalaureat|secondaires?|certificats?|etudes)\b"
)
_OR = re.compile(r",?\s*\bOR\b,?\s*|,?\s*\bOU\b,?\s*")
_OR_LOWER = re.compile(r"[,;]?\s+(?:or|ou)(?: alternatively,?| else| bien| encore)?\s+", re.IGNORECASE)
_YEARS_OF = re.compile(
    rf"(?P<lead>(?:[\s,(]+(?:with|and|plus|combined with|together with|followed by|et|avec|ainsi que|coupled with)\b)?"
    rf"(?:\s+(?:at least|a minimum of|minimum|no less than|not less than|have|has|having|possess|au moins|au minimum"
    rf"|un minimum de|avoir|de|d'|posseder|justifier de))*\s*){DURATION}"
    r"(?:'s?|s')?(?=[^.;]{0,80}\bexperience)"
)
_VERB = re.compile(
    r"^(?:(?:the )?(?:candidates?|applicants?|incumbent|post holder|le candidat|la candidate|les candidats"
    r"|la personne)[\w ]{0,20}? (?:must|should|shall|doit|doivent) )?"
    r"(?:(?:to |must )?(?:possess|have|hold|having|holding|completed|completion of|posseder|avoir suivi|avoir obtenu|avoir"
    r"|detenir|etre titulaire d'?|obtenu|disposer d'?|either|soit) ?)*"
    r"(?:(?:an?|the|une?|de|du|la|le|l') ?)?"
)


def education(passages: list[Passage]) -> tuple[list[dict[str, object]], Found] | None:
    """Alternatives such as "higher secondary + 4 years OR post-secondary + 2 years": each with the years of experience it needs."""
    for passage in passages:
        for start, sentence in passage.sentences():
            text = passage.text[start : start + len(sentence)]
            if "experience" in sentence and _EDUCATION.search(sentence) and (found := _alternatives(text, sentence)):
                return found, (passage, start, start + len(text.rstrip()))
    return None


def _alternatives(text: str, folded: str) -> list[dict[str, object]]:
    """Cut at OR; where an "or" stands inside one alternative, its two sides are put together again."""
    for cut in (_OR, _OR_LOWER):
        edges = [0, *(edge for match in cut.finditer(text) for edge in match.span()), len(text)]
        parts = list(zip(edges[::2], edges[1::2], strict=True))
        read = [entry for start, end in _whole(parts, folded) if (entry := _alternative(text[start:end], folded[start:end]))]
        if len(read) > 1 or (cut is _OR_LOWER and read):
            return read
    return []


def _whole(parts: list[tuple[int, int]], folded: str) -> Iterator[tuple[int, int]]:
    """Neighbouring parts joined until each names an education and years of experience."""
    begin: int | None = None
    for start, end in parts:
        begin = start if begin is None else begin
        if _YEARS_OF.search(folded, begin, end) and _EDUCATION.search(folded, begin, end):
            yield begin, end
            begin = None


def _alternative(text: str, folded: str) -> dict[str, object] | None:
    match = _YEARS_OF.search(folded)
    if not match or not _EDUCATION.search(folded):
        return None
    verb = _VERB.match(folded)
    at = verb.end() if verb else 0
    named = text[at : match.start()].strip(" ,;:(")
    if not _EDUCATION.search(folded[at : match.start()]):
        named = text.strip(" ,;:.")
    return {"education": named, "years": years(match)}


# --- desirable points and competencies ---------------------------------------------------------------------------------------

_DESIRABLE_END = re.compile(
    r"[\s,;:]*\b(?:(?:is|are|would be|will be|may be|shall be)(?: also)?(?: (?:considered|seen|regarded|viewed))?(?: (?:as"
    r"|to be))?(?: (?:highly|strongly|also))?"
    r" (?:desirable|desired|(?:an? )?(?:additional |strong |definite )?(?:asset|advantage|plus))"
    r"|(?:est|sont|serait|seraient|sera|seront|constitue\w{0,4}|represente\w{0,4})(?: \w{1,12}){0,3} (?:un (?:reel )?(?:atout"
    r"|plus|avantage)|des atouts|souhaite\w{0,2}|souhaitables?|apprecie\w{0,3}))"
    r"\s*[.;]?\s*$"
)
_DESIRABLE_HEAD = re.compile(
    r"^(?:desirable|desirable (?:criteria|qualifications?|requirements?|experience|skills)|desired qualifications?"
    r"|advantageous|assets|nice to have"
    r"|atouts?|souhaitables?|souhaite|criteres souhaites|qualifications? souhaitees?|criteres souhaitables"
    r"|qualifications? souhaitables?)\s*:?$"
)
_DESIRABLE_INTRO = re.compile(r"\b(?:advantage|asset|assets|desirable|desired|a plus|atouts?|souhait\w{2,5}|avantages?)\b[^.;]{0,60}:$")
_DESIRABLE_LABEL = re.compile(r"^(?:desirable|atouts?|souhaitable|souhaite)s? ?[:-] ?")
_NOT_A_WISH = re.compile(r"\b(?:turnover|rotation|mobilite|contract|contrat)\b")


def desirable(passages: list[Passage]) -> list[tuple[str, Found]]:
    """Points that only score (recruitment.md §3): "... are desirable", or the list under such a heading; the predicate is left out."""
    found: list[tuple[str, Found]] = []
    for place, passage in enumerate(passages):
        folded = passage.folded
        if _DESIRABLE_HEAD.match(folded) or _DESIRABLE_INTRO.search(folded):
            items = _items_below(passages, place)
            found += [(item.text.rstrip(" ;.,"), (item, 0, len(item.text))) for item in items if not _DESIRABLE_INTRO.search(item.folded)]
            continue
        if (label := _DESIRABLE_LABEL.match(folded)) and len(folded) > label.end() + 3:
            found.append((passage.text[label.end() :].rstrip(" ;.,"), (passage, 0, len(passage.text))))
            continue
        for start, sentence in passage.sentences():
            end = _DESIRABLE_END.search(sentence)
            if end and end.start() > 3 and not _NOT_A_WISH.search(sentence):
                wish = passage.text[start : start + end.start()].rpartition("; ")[2]
                found.append((wish.strip(" ,;:"), (passage, start, start + len(sentence))))
    return _unique(found)


def _items_below(passages: list[Passage], place: int) -> Iterator[Passage]:
    """The items of the list under a heading or an introduction; an introduction of its own under the heading is passed over."""
    items: list[Passage] = []
    for passage in passages[place + 1 :]:
        if not items and not passage.bullet and passage.text.endswith(":") and len(passage.text) < 160:
            continue
        listed = passage.bullet or (passage.text.endswith(";") or (bool(items) and items[-1].text.endswith(";")))
        if not listed or passage.language != passages[place].language:
            break
        items.append(passage)
        if not passage.bullet and passage.text.endswith("."):
            break
    return iter(items)


_COMPETENCIES = re.compile(
    r"\bcompetenc(?:y|ies)\b[^.:]{0,90}?(?:\b(?:are|is|include|includes|comprise)\b(?: the following)?(?: \w{1,10}){0,2}?:?|:)"
    r"|\bcompetences?\b[^.:]{0,90}?(?:\b(?:sont|comprennent)\b(?: les suivantes)?\s*:?|suivantes ?:|:)"
)
_COMPETENCY_HEAD = re.compile(
    r"^(?:\d{1,2}[.)] ?)?(?:core |key |required |essential |behavioural )*(?:competenc(?:y|ies)|competences?)(?: (?:cles"
    r"|essentielles|requises|required))?\s*:?$"
)
_CONJUNCTION = re.compile(r"\s(?:and|et|&)\s")


def competencies(passages: list[Passage]) -> list[tuple[str, Found]]:
    """Named competencies: a list in a sentence ("are achievement, ... and teamwork") or under the heading Competencies."""
    for place, passage in enumerate(passages):
        if _COMPETENCY_HEAD.match(passage.folded):
            items = [
                (re.split(r"\s?[:–]\s|\s-\s", item.text)[0].strip(" ;.,"), (item, 0, len(item.text)))
                for item in _items_below(passages, place)
            ]
            if items:
                return _unique(items)
        for match in _COMPETENCIES.finditer(passage.folded):
            end = passage.folded.find(".", match.end())
            end = len(passage.text) if end < 0 else end
            where = (passage, match.start(), end)
            names = split_list(passage.text[match.end() : end])
            if match.end() >= len(passage.text) and place + 1 < len(passages):
                below = passages[place + 1]
                where, names = (below, 0, len(below.text)), [] if below.bullet else split_list(below.text)
            if len(names) > 1:
                return [(name, where) for name in names]
    return []


def split_list(text: str) -> list[str]:
    """ "a, b and c, d, and e" → [a, "b and c", d, e]; without a comma before it, the last conjunction parts the last two."""
    parts = [part.strip(" .:\n") for part in re.split(r"[,;]", text) if part.strip(" .:\n")]
    if not parts or any(len(part) > 60 for part in parts):
        return []
    bare = re.compile(r"^(?:and|et|&)\s+", re.IGNORECASE)
    last = parts.pop()
    if bare.match(last):
        return [*parts, bare.sub("", last)]
    cuts = list(_CONJUNCTION.finditer(last))
    return [*parts, last[: cuts[-1].start()].strip(), last[cuts[-1].end() :].strip()] if cuts else [*parts, last]


# --- role profiles -----------------------------------------------------------------------------------------------------------

_NUMBERED = re.compile(r"^(?:\(?\d{1,2}[.)]|\(?[ivx]{1,4}[.)]|\(?[a-h][.)])\s+(?=\S)")
_URL = re.compile(r"^(?:https?://|www\.)\S+$")
_URL_INSIDE = re.compile(r"\s*[-–:]?\s*<?(?:https?://|www\.)\S+")
_ROLES_INTRO = re.compile(
    r"\b(?:roles|profiles|positions|posts|roles de|profils|postes|fonctions types)\b[^.]{0,90}(?:below|following|suivante?s"
    r"|ci-dessous|ci-apres|liens?|links?|available)?[^.]{0,40}:$"
)
_ROLES_WORD = re.compile(r"\b(?:below|following|suivante?s|ci-dessous|ci-apres|liens?|links?|profiles?|profils?)\b")
_NOT_ROLES = re.compile(
    r"\b(?:responsibilit|duties|functions|tasks|accountab|requirements?|taches|exigences|twin|jumele|grades?|contrats?"
    r"|contracts?|missions|qualifications|competenc)"
)
_COUNT = re.compile(r"\s*[-–(]?\s*\(?\d{1,2}\s+(?:posts?|vacanc(?:y|ies)|positions?|postes?)\)?\s*$", re.IGNORECASE)


def role_profiles(passages: list[Passage]) -> list[tuple[str, Found]]:
    """The roles of a notice for several kinds of post: items each followed by a link, or listed after "roles below:"."""
    linked = [(_role(passage), (passage, 0, len(passage.text))) for passage, after in pairwise(passages) if _is_linked(passage, after)]
    if len(linked) > 1:
        return _unique(linked)
    for place, passage in enumerate(passages):
        folded = passage.folded
        if _ROLES_INTRO.search(folded) and _ROLES_WORD.search(folded) and not _NOT_ROLES.search(folded):
            items = [p for p in _list_after(passages, place) if len(p.text) <= 160]
            if len(items) > 1:
                return _unique([(_role(item), (item, 0, len(item.text))) for item in items])
    return []


def _is_linked(passage: Passage, after: Passage) -> bool:
    listed = passage.bullet or _NUMBERED.match(passage.text)
    return bool(listed and len(passage.text) <= 160 and _URL.match(after.text.strip("<>")))


def _list_after(passages: list[Passage], place: int) -> Iterator[Passage]:
    for passage in passages[place + 1 :]:
        if _URL.match(passage.text.strip("<>")):
            continue
        if not passage.bullet and not _NUMBERED.match(passage.text):
            return
        yield passage


def _role(passage: Passage) -> str:
    bare = _URL_INSIDE.sub("", _NUMBERED.sub("", passage.text))
    return _COUNT.sub("", bare.strip(" ;.,:")).strip(" ;.,:-–")


# --- information sessions and contact ----------------------------------------------------------------------------------------

_SESSION = re.compile(
    r"\binfo(?:rmation)?[- ]?(?:session|webinar|event|meeting)s?\b|\bwebinars?\b|\bseances? d'information|\bwebinaires?\b"
    r"|\bcette seance\b|\breunions? d'information"
)
_CLOSING = re.compile(
    r"\bdeadline\b|\bclosing date\b|\bdate limite\b|\bdate de (?:retrait|cloture)\b|\bapplications? (?:must|by)\b"
    r"|\bregister (?:by|before)\b|\binscri\w{1,8} avant\b"
)
SESSION_REACH: Final = 2
"""How many passages after the one that announces a session may hold its date."""


def info_sessions(passages: list[Passage], city: str | None) -> list[tuple[Moment, Found]]:
    """Information sessions and webinars with a date. The date may stand a sentence or a paragraph later ("It takes place on ...")."""
    found: list[tuple[Moment, Found]] = []
    for place, passage in enumerate(passages):
        if not _SESSION.search(passage.folded):
            continue
        for near in passages[place : place + 1 + SESSION_REACH]:
            dated = [
                (m, (near, m.start, m.end))
                for start, s in near.sentences()
                if not _CLOSING.search(s)
                for m in _shifted(moments(s, city), start)
            ]
            if dated:
                found += dated
                break
    unique: dict[tuple[object, object], tuple[Moment, Found]] = {}
    for moment, where in found:
        unique.setdefault((moment.day, moment.at), (moment, where))
    return list(unique.values())


def _shifted(found: list[Moment], by: int) -> list[Moment]:
    return [Moment(m.day, m.at, m.zone, m.zone_text, m.start + by, m.end + by, m.inferred) for m in found]


_EMAIL_BEFORE = re.compile(r"[\w.+%-]{1,64}$")
_EMAIL_AFTER = re.compile(r"(?:[\w-]{1,63}\.){1,6}[A-Za-z]{2,24}")
_CONTACT = re.compile(
    r"\b(?:questions?|contact|enquir|inquir|information|e-?mail|courriel|renseignements?|adresse|recruitment|recrutement)\w{0,6}\b"
)
_NO_ENQUIRIES = re.compile(
    r"\b(?:enquir|inquir|telephone|e-?mail)\w{0,5}\b[^.]{0,80}\b(?:cannot|can not|will not|not be)\b[^.]{0,20}\b(?:dealt"
    r"|answered|replied|considered)"
    r"|\bil ne (?:pourra|sera|peut)\b[^.]{0,40}\b(?:suite|repondu)\b[^.]{0,80}\b(?:renseignements|telephone|courri)"
)


MOST_ADDRESSES: Final = 200
"""How many @ of one passage are looked at."""


def mailbox(passages: list[Passage]) -> tuple[str, Found] | None:
    """The address a notice gives for questions."""
    for passage in passages:
        at = passage.text.find("@")
        for _ in range(MOST_ADDRESSES):
            if at < 1:
                break
            before, after = _EMAIL_BEFORE.search(passage.text, max(0, at - 64), at), _EMAIL_AFTER.match(passage.text, at + 1)
            if before and after and _CONTACT.search(passage.folded[max(0, before.start() - 300) : after.end() + 80]):
                return passage.text[before.start() : after.end()], (passage, before.start(), after.end())
            at = passage.text.find("@", at + 1)
    return None


def refuses_enquiries(passages: list[Passage]) -> bool:
    """Whether the notice says that questions by telephone or mail are not dealt with, mailbox or not (S1 says both)."""
    return any(_NO_ENQUIRIES.search(sentence) for passage in passages for _, sentence in passage.sentences())


def _unique(found: list[tuple[str, Found]]) -> list[tuple[str, Found]]:
    seen: dict[str, tuple[str, Found]] = {}
    for text, where in found:
        if text:
            seen.setdefault(text.casefold(), (text, where))
    return list(seen.values())
