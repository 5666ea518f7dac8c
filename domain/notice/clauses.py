"""What a notice says or does not say: each clause as patterns over folded sentences, English and French side by side.

A clause holds when a sentence matches one of `says` and none of `unless`. Patterns are matched on unaccented text, so French
printed without accents reads the same. Every gap is bounded: no pattern can run away on a long line.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from domain.notice.normalise import Passage


@dataclass(frozen=True, slots=True)
class Clause:
    field: str
    says: tuple[re.Pattern[str], ...]
    unless: tuple[re.Pattern[str], ...] = ()
    about: re.Pattern[str] | None = None
    """When given, the same sentence must also speak of this."""

    def holds(self, sentence: str) -> bool:
        if self.about and not self.about.search(sentence):
            return False
        return any(p.search(sentence) for p in self.says) and not any(p.search(sentence) for p in self.unless)


def _clause(field: str, *says: str, unless: Iterable[str] = (), about: str | None = None) -> Clause:
    return Clause(field, tuple(map(re.compile, says)), tuple(map(re.compile, unless)), re.compile(about) if about else None)


_AI = (
    r"\ba\.?i\.?(?=[\s,);-])|artificial[- ]intelligence|intelligence[- ]artificielle|(?<![a-z])i\.?a\.?(?=[\s,);.-])"
    r"|chat ?gpt|chatbots?|language models?|modeles? de langage"
)
_PAID = r"(?:fees?|payments?|charges?|money|frais|paiements?|argent|droits? d'inscription)"

CLAUSES: Final[tuple[Clause, ...]] = (
    _clause(
        "pending_budget_approval",
        r"\bpending (?:the )?(?:final )?(?:budget(?:ary)?|funding|financial)(?: \w{1,12})? (?:approval|authori[sz]ation|confirmation)",
        r"\bpending (?:the )?(?:final )?(?:approval|authori[sz]ation|confirmation) of (?:the )?(?:\w{1,12} )?(?:budget|funding"
        r"|funds|credits)",
        r"\bsubject to (?:the )?(?:final )?(?:budget(?:ary)?|funding)(?: \w{1,12}){0,2} (?:approval|authori[sz]ation)",
        r"\bsubject to (?:the )?(?:final )?(?:approval|authori[sz]ation)(?: \w{1,12}){0,3} (?:budget|budgetary|funding)\b",
        r"\bbudget(?:ary)? (?:approval|authori[sz]ation)(?: for [\w ]{1,30})? (?:is )?(?:still )?(?:pending|awaited|outstanding)",
        r"\bawaiting (?:the )?budget(?:ary)?",
        r"sous reserve (?:de l'|d'une |d'|du |des |de )(?:[\w']{1,15} ){0,5}(?:[\w']{0,3}budget|budgetaires?|credits)",
        r"(?:en attente|dans l'attente|soumis\w{0,4}|subordonne\w{0,3}) (?:de l'|d'une |d'|du |des |de |a l'|a une "
        r"|au )(?:[\w']{1,15} ){0,4}budget",
        unless=(
            r"\b(?:not|no longer|neither)\b[^.]{0,20}\b(?:pending|subject|awaiting)",
            r"\b(?:n'est|ne sont|n'etait) (?:pas|plus)\b",
            r"\bwithout\b[^.]{0,12}pending",
        ),
    ),
    _clause(
        "fast_track",
        r"\bfast[- ]?track",
        r"\baccelerated (?:recruitment|selection|competition|procedure|process)",
        r"\b(?:procedures?|recrutements?|concours|selection|processus)(?: [\w'-]{1,15}){0,3} accelere(?:\(?e\)?)?s?\b",
        r"\bvoie rapide\b",
        about=r"recruit|compet|procedur|process|select|call|vacanc|hir|candida|appl|recrut|concours|selection|appel|poste\b|post\b|notice",
        unless=(r"\b(?:not|no)\b[^.]{0,30}(?:fast[- ]?track|accelerated)", r"\b(?:n'est|ne sont|ne s'agit) pas\b", r"experience"),
    ),
    _clause(
        "reserve_list",
        r"\breserve lists?\b",
        r"\btalent pool(?:s|ing)?\b",
        r"\b(?:pool|roster) of (?:\w{1,12} )?(?:candidates|applicants)",
        r"\blistes? de reserve\b",
        r"\b(?:pools?|viviers?|reserves?) de (?:talents|candidat|recrutement|lauréats|laureats)",
        r"\blistes? d'aptitude\b",
        unless=(
            r"\bno (?:reserve|talent)",
            r"\b(?:not|never|n't|without)\b[^.]{0,60}(?:reserve list|talent pool)",
            r"(?:reserve list|talent pool)s?\b[^.]{0,40}\b(?:will|shall|is|does) not\b",
            r"\b(?:aucune?|pas de|sans) (?:liste|pool|vivier)",
            r"\b(?:ne|n'[\w]{1,8})\b[^.]{0,40}\b(?:pas|aucune?)\b[^.]{0,30}(?:liste de reserve|pool de|vivier)",
            r"(?:liste de reserve|pool de talents)\b[^.]{0,30}\b(?:ne|n')\b[^.]{0,30}pas\b",
            r"already applied|ont deja postule|avez deja postule|vacancy \d{5,6} ?\(",
        ),
    ),
    _clause(
        "clauses.ai_ban",
        r"\b(?:not|never|neither|cannot)\b[^.]{0,25}\b(?:accept|accepted|permit\w*|allow\w*|authori[sz]\w*|use|used|prepared"
        r"|written|tolerat\w*)\b",
        r"\b(?:prohibit|forbid|forbidden|ban|banned|bans)\w{0,3}\b",
        r"\b(?:may|will|shall|can) be (?:rejected|disqualified|excluded|eliminated|set aside)",
        r"\bno (?:phase|part|stage|use)\b",
        r"\bwithout (?:the |any )?(?:use|help|aid|assistance|recourse)",
        r"\bn'(?:accept|admet|autoris)\w*",
        r"\b(?:ne|n')\b[^.]{0,60}\b(?:pas|aucune?|jamais)\b",
        r"\b(?:interdit|interdite|proscrit|proscrite|prohibe|prohibee|exclu|exclue|rejete|rejetee|ecarte|ecartee)\w{0,4}\b",
        r"\bsans (?:le |l'|aucun )?(?:recours|recourir|aide|usage|utiliser)",
        about=_AI,
        unless=(
            r"\bnot (?:be )?(?:prohibited|forbidden|banned)",
            r"\b(?:may|can|are free to|is allowed to|are allowed to) (?:be used|use)\b(?![^.]{0,40}\bnot\b)",
            r"\b(?:is|are) (?:permitted|allowed|authori[sz]ed|welcome)\b",
            r"n'est pas interdit|ne sont pas interdit|\b(?:est|sont) (?:autorise|admis|permis)\w{0,4}\b",
            r"\bexperience (?:in|with|of)\b",
        ),
    ),
    _clause(
        "clauses.no_fee",
        rf"\b(?:not|never|n't|no circumstances)\b[^.]{{0,60}}\b(?:charge|ask|request|require|demand|levy"
        rf"|collect)\w{{0,3}}\b[^.]{{0,140}}\b{_PAID}\b",
        r"\b(?:not|never)\b[^.]{0,12}\bcharge\b",
        rf"\b(?:nobody|no one|no (?:candidate|applicant)|personne|aucun (?:candidat|postulant))\b[^.]{{0,80}}\b{_PAID}\b",
        rf"\b{_PAID}\b[^.]{{0,50}}\b(?:never|not)\b[^.]{{0,12}}\b(?:charged|asked|requested|required|levied)",
        r"\b(?:no|any) (?:\w{1,15},? ){0,6}(?:fee|fees)\b[^.]{0,60}\b(?:charged|asked|requested|required|levied|applies|apply)",
        r"\bno (?:application|recruitment|processing|registration) fees?\b",
        r"\b(?:free of charge|without any charge)\b[^.]{0,60}\b(?:appl|recruit|candidat)",
        rf"\b(?:ne|n')\b[^.]{{0,50}}\b(?:reclam|demand|percoi|percev|exig|factur|prelev)\w{{0,8}}\b[^.]{{0,60}}\b{_PAID}",
        rf"\b(?:aucune?s?|jamais de|sans) (?:\w{{1,12}} )?{_PAID}",
        unless=(r"reimburs|rembours|travel|scolar|tuition", r"\bmay be charged\b"),
        about=r"appl|recruit|select|candida|interview|train|process|stage|recrut|candidat|entretien|dossier|procedure|etape",
    ),
    _clause(
        "clauses.accommodation",
        r"\breasonable (?:accommodation|adjustment)",
        r"\brequests? for (?:\w{1,12} )?(?:accommodation|adjustment)",
        r"\b(?:accommodation|adjustment)s?\b[^.]{0,100}\b(?:disabilit|special needs|selection process|recruitment process|interview|test)",
        r"\b(?:disabilit|special needs)[^.]{0,180}\b(?:accommodation|adjustment)s?\b",
        r"\bamenagements? (?:specifiques?|raisonnables?|particuliers?|necessaires?|adaptes?)",
        r"\bdemandes? d'amenagements?|\bbesoin d'(?:un |une )?amenagements?",
        r"\b(?:handicap|besoins particuliers)[^.]{0,180}\bamenagements?\b|\bamenagements?\b[^.]{0,120}\bhandicap",
        unless=(
            r"\b(?:cannot|unable to|not able to|will not|does not) (?:provide|offer|grant|make)\b[^.]{0,25}(?:accommodation|adjustment)",
            r"\b(?:ne|n')\b[^.]{0,30}\bpas\b[^.]{0,30}\b(?:accorder|proposer|prevoir|offrir)\b[^.]{0,25}amenagement",
            r"housing|lodging|rent\b|hebergement|logement",
        ),
    ),
    _clause(
        "clauses.reuse_lower_grade",
        r"\b(?:not (?:be |been )?(?:successful|selected|retained|appointed)|unsuccessful)\b[^.]{0,140}\b(?:may|might|can"
        r"|could) be (?:offered|considered|appointed|proposed)"
        r"[^.]{0,200}\b(?:lower|same)(?: or (?:at )?(?:a |the )?(?:lower|same))? (?:level|grade)",
        r"\b(?:may|might|can|could) (?:also )?(?:be )?(?:offer|offered|considered|appointed)\b[^.]{0,160}\b(?:another|other"
        r"|similar)\b[^.]{0,100}\blower (?:level|grade)",
        r"\b(?:pas|non) (?:\w{1,5} )?(?:retenu|selectionne|choisi|recu)[^.]{0,160}\b(?:offrir|proposer|propose|offert|consider"
        r"|nomme)\w{0,4}[^.]{0,160}\bgrade (?:\w{1,12} )?inferieur",
        r"\b(?:pourr|peuvent|peut)\w{0,4}\b[^.]{0,60}\b(?:offrir|proposer|offert|propose)\w{0,4}\b[^.]{0,120}\b(?:autre"
        r"|analogue|similaire)\b[^.]{0,100}\binferieur",
        unless=(r"\b(?:may|will|can|shall) not be (?:offered|considered|appointed)", r"\bne (?:pourront|peuvent|seront) pas se voir\b"),
    ),
    _clause(
        "clauses.twin_grade",
        r"\btwin[- ]?grad(?:e|ed|es|ing)\b",
        r"\bdual[- ]grade",
        r"\bgrades? jumele",
        r"\bjumele(?:\(?e\)?)?s?\b[^.]{0,20}\bgrade",
        unless=(r"\bnot (?:a )?twin[- ]?grad", r"\b(?:n'est|ne sont) pas\b[^.]{0,30}jumele"),
    ),
    _clause(
        "clauses.short_notice_interviews",
        r"\bshort[- ]notice\b",
        r"\b(?:tres )?(?:bref|court)s? (?:delai|preavis)s?\b",
        r"\b(?:delai|preavis)s? (?:tres )?(?:bref|court|reduit)s?\b",
        r"\bbreve echeance\b",
        r"\b(?:liberer|disponibles?|rendre disponibles?)\b[^.]{0,30}\brapidement\b",
        r"\brapidement\b[^.]{0,30}\b(?:disponibles?|liberer)",
        about=r"interview|entretien",
        unless=(r"\bnot\b[^.]{0,15}short[- ]notice", r"travel at short"),
    ),
)

_HOLDS = _clause(
    "held",
    r"\b(?:hold|holds|holding|holder of|holders of|held|possess|possesses|in possession of|have|has)\b[^.]{0,60}\bclearances?\b",
    r"\bclearances?\b[^.]{0,80}\bon file\b",
    r"\b(?:titulaires?|detenteurs?|detentrices?|dispos\w{1,4}|detenir|detiennent|possed\w{1,5}|munis?) (?:deja )?(?:d'une|d'"
    r"|une|de l')(?: ?\w{1,12} )?habilitation",
    unless=(
        r"\b(?:able|ability|eligible|eligibility|obtain|obtained|willing|undergo|apply for|asset|desirable|advantage|receiv\w*"
        r"|subject to|prior to appointment)\b",
        r"\b(?:obtenir|obtention|atout|souhait\w*|sous reserve|delivrance d'une|en mesure)\b",
        r"\b(?:not|need not|no)\b[^.]{0,20}\b(?:hold|have)\b",
        r"\bif you (?:do not )?(?:hold|have)\b",
    ),
)
_TO_OBTAIN = _clause(
    "to_obtain",
    r"\b(?:subject to|conditional (?:up)?on|contingent (?:up)?on|conditioned on|dependent (?:up)?on)\b[^.]{0,90}\bclearances?\b",
    r"\b(?:obtain|obtaining|receipt of|granting of|undergo|apply for|eligible for)\b[^.]{0,60}\b(?:clearances?|vetting)\b",
    r"\bclearances?\b[^.]{0,60}\b(?:able|ability|eligible|willing|prepared) to obtain\b",
    r"\bhabilitations?\b[^.]{0,60}\b(?:pouvoir|en mesure d'|capables? d'|en )(?: ?l')?(?:obtenir|l'obtenir|obtenir une)\b",
    r"\bclearances?\b[^.]{0,60}\b(?:must|will|shall|should|needs to|has to) be (?:obtained|granted|received|issued)",
    r"\bsous reserve\b[^.]{0,140}\bhabilitations?\b",
    r"\b(?:obtenir|obtention|delivrance|octroi)\b[^.]{0,60}\bhabilitations?\b",
    r"\bhabilitations?\b[^.]{0,60}\b(?:devra|doit|sera) (?:etre )?(?:obtenue|delivree|accordee)",
    unless=(r"\bdelivrance a ete\b",),
)


def sentences(passages: Iterable[Passage]) -> Iterator[tuple[Passage, int, str]]:
    for passage in passages:
        for start, sentence in passage.sentences():
            yield passage, start, sentence


def find(clause: Clause, passages: Iterable[Passage]) -> tuple[Passage, int, int] | None:
    """The first sentence in which the clause holds: its passage, and from where to where."""
    for passage, start, sentence in sentences(passages):
        if clause.holds(sentence):
            return passage, start, start + len(sentence.rstrip())
    return None


def clearance_standing(passages: list[Passage], *, fast_track: bool) -> tuple[str, Passage, int, int] | None:
    """ "held" when applicants must hold a clearance (a fast track's do, recruitment.md §2), "to_obtain" when appointment awaits it."""
    for clause in (_HOLDS, _TO_OBTAIN):
        if found := find(clause, passages):
            return clause.field, *found
    track = next(clause for clause in CLAUSES if clause.field == "fast_track")
    if fast_track and (found := find(track, passages)):
        return "held", *found
    return None


STATUSES: Final[tuple[tuple[str, re.Pattern[str]], ...]] = (
    (
        "civilian_staff",
        re.compile(
            r"\bnics?\b|\b(?:nato |international |serving )(?:international )?civilian(?:s| staff| personnel)?|civilian staff"
            r"|\b(?:agents?|personnels?) civils?\b|\bserving (?:nato )?staff\b|\bcivils internationaux\b"
        ),
    ),
    (
        "temporary_staff",
        re.compile(
            r"\btemporary (?:staff|personnel|civilian|agent|employee)s?|\btemporaries\b|\b(?:agents?|personnels?) temporaires?"
            r"|\binterimaires?\b"
        ),
    ),
    ("consultant", re.compile(r"\bconsultant(?:\(?e\)?)?s?\b")),
    ("contractor", re.compile(r"\bcontractors?\b|\bcontractant(?:\(?e\)?)?s?\b|\bsous-traitants?\b|\bprestataires?\b")),
    ("intern", re.compile(r"\binterns?\b|\btrainees?\b|\bstagiaires?\b")),
    (
        "voluntary_national_contribution",
        re.compile(
            r"\bvoluntary national contribut\w{2,6}|\bvncs?\b|\bcontributions? (?:nationales? volontaires?"
            r"|volontaires? nationales?)|\bcnvs?\b"
        ),
    ),
    (
        "national_administration",
        re.compile(
            r"\bnational administrations?\b|\badministrations? nationales?\b|\ballied administrations?\b|\badministrations? (?:des )?allie"
        ),
    ),
)
_OPEN_TO = re.compile(
    r"\b(?:open|restricted|limited|reserved|addressed) (?:only |exclusively |solely )?to\b|\bmay include\b"
    r"|\bonly\b[^.]{0,40}\bmay apply\b|\bare eligible\b"
    r"|\b(?:ouvert|reserve|destine|limite|adresse)(?:\(?e\)?)?s? (?:uniquement |exclusivement )?(?:aux?|a la|a l'|a)\b"
    r"|\bsont concernes\b|\bpeuvent (?:postuler|participer)"
)
_SHUT_OUT = re.compile(
    r"\b(?:not eligible|may not apply|cannot apply|excluded|excluding|with the exception|except)\b|\bne (?:peuvent|sont) pas\b"
    r"|a l'exception|sauf\b"
)
_CHANNEL = re.compile(r"\bapply via\b|\bportal\b|\bportail\b|\bvia le lien\b|seconded|detache|will be offered a contract|se verront offrir")


def statuses(passages: list[Passage], *, fast_track: bool) -> tuple[list[str], Passage, int, int] | None:
    """Who may apply where a notice limits it to kinds of staff: in the fast-track paragraph, or in a sentence "open to ... only"."""
    for place, passage in enumerate(passages):
        track = any(clause.holds(s) for _, s in passage.sentences() for clause in CLAUSES if clause.field == "fast_track")
        for at, (start, sentence) in enumerate(spans := list(passage.sentences())):
            if not _OPEN_TO.search(sentence) or _CHANNEL.search(sentence):
                continue
            reach = [s for _, s in spans[at:]] if fast_track and track else [sentence]
            if sentence.rstrip().endswith(":"):
                reach += [p.folded for p in _bullets_after(passages, place)]
            named = _named(reach)
            if named:
                return named, passage, start, len(passage.text) if len(reach) > 1 else start + len(sentence)
    return None


def _named(texts: list[str]) -> list[str]:
    kept = [text for text in texts if not _SHUT_OUT.search(text) and not _CHANNEL.search(text)]
    return [name for name, pattern in STATUSES if any(pattern.search(text) for text in kept)]


def _bullets_after(passages: list[Passage], place: int) -> Iterator[Passage]:
    for passage in passages[place + 1 :]:
        if not passage.bullet:
            return
        yield passage


_MEMBERS = re.compile(
    r"\b(?:nationals|a national|citizens?)\b[^.]{0,30}\b(?:from|of)\b(?: \w{1,4}){0,3} (?:nato|alliance|allied"
    r"|member)(?:'s)?[ -](?:\w{1,8} )?(?:countr|nation|state)"
    r"|\b(?:nationals|a national|citizens?) (?:from|of) (?:the )?(?:\d{2} )?(?:member|allied) (?:countr|nation|state)\w{0,4}"
    r"|\bressortissant\w{0,3}(?:\(e\)s)?\b[^.]{0,25}\b(?:pays|etats?|nations?)(?: membres?)?(?: de l'(?:otan|alliance)| allie|\b)"
    r"|\bnato (?:nationals|member[- ](?:state|nation|country) nationals)"
)
_ELSEWHERE = re.compile(
    r"\beuropean union\b|\beu\b|\bosce\b|\boecd\b|\bunion europeenne\b|\bue\b|\bocde\b|\bparticipating\b|\bparticipants\b"
)
_NATIONALS = re.compile(
    r"\b(?:nationals?|citizens?|nationality|nationalities|ressortissant\w{0,3}(?:\(e\)s)?|nationalites?|citoyen\w{0,3})\b"
    r"|\bwho can apply\b|\bqui peut postuler\b"
)
_LIMITS = re.compile(
    r"\b(?:only|open to|restricted|limited|reserved|eligible|accept|must (?:be|have|hold)|following|who can apply|one of)\b"
    r"|\b(?:seul|uniquement|exclusivement|ouvert|reserve|limite|admis|accepte|doivent|doit|suivant|peuvent|qui peut)"
)
_EXCEPT = re.compile(
    r"\b(?:except|excepted|excluding|with the exception|other than|sauf|hormis|a l'exception|excepte|excluded|not eligible"
    r"|ne sont pas)\b|\bnot\b[^.]{0,25}\bnationals?\b"
)


def members_only(sentence: str) -> bool:
    """Whether a sentence admits the nationals of the member countries as such."""
    return _MEMBERS.search(sentence) is not None and not _ELSEWHERE.search(sentence)


def nations_clause(sentence: str) -> int | None:
    """Where the list of admitted nationalities would begin in a sentence that limits them, or None."""
    about = _NATIONALS.search(sentence)
    return about.end() if about and _LIMITS.search(sentence) else None


def before_exception(text: str) -> str:
    """What comes before "except", "excepted", "sauf"."""
    match = _EXCEPT.search(text)
    return text[: match.start()] if match else text
