"""The whole catalogue of letters, in both languages, held against what recruitment.md §5 and §11 want said. Sample values, real words."""

import re
from datetime import timedelta

import pytest
from icalendar import Calendar

from config.files import load_rules
from config.words import LANGUAGES, Words, placeholders
from connectors.letters.compose import Composer
from connectors.letters.preview import ALSO as SHOWN
from connectors.letters.preview import AT, VALUES, samples
from connectors.letters.render import Printer
from domain import facts as f
from domain.letters import ALSO, LETTERS, LetterDue, Phrase
from domain.messages import Letter
from domain.review import reviewable
from domain.words import NOT_ADVERSE, Condition, Ending, Stage
from tests.config.test_words import FEES, GUARANTEE, RENEWAL
from tests.connectors.test_letters import compose
from tests.connectors.test_render import read, squeezed
from tests.domain.test_letters import DUE, due

WORDS = Words.load()
COMPOSER = Composer(WORDS, "jobs@muster.example")
ALL = {language: samples(COMPOSER, language) for language in LANGUAGES}
EACH = [pytest.param(letter, id=f"{name}-{language}") for language in LANGUAGES for name, letter in ALL[language].items()]
ADVERSE = sorted(set(Ending) - NOT_ADVERSE)


def said(name: str, language: str) -> str:
    letter = ALL[language][name]
    return " ".join(f"{letter.subject}\n{letter.body}".replace("\u00a0", " ").split())


# ---- nothing that may not be said ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("letter", EACH)
@pytest.mark.parametrize("patterns", [FEES, RENEWAL, GUARANTEE], ids=["a fee", "a renewal", "what we cannot know"])
def test_no_letter_as_it_goes_out_asks_for_money_or_promises_a_renewal(letter: Letter, patterns: dict[str, str]) -> None:
    assert not re.search(patterns[letter.language], f"{letter.subject}\n{letter.body}", re.IGNORECASE)


#: Codes, ids and words of the machinery. What a person reads has spaces in it, and names things as people do.
INTERNAL = r"\w_\w|\b(muster|workflow|lapse due|escalat\w+|inbox|outbox|payload|json)\b|\b(hire|person|partner|nation|case|vacancy)[:/]\w"


@pytest.mark.parametrize("letter", EACH)
def test_no_letter_holds_a_word_of_the_machinery_or_an_unfilled_place(letter: Letter) -> None:
    text = f"{letter.subject}\n{letter.body}"
    assert not (hit := re.search(INTERNAL, text, re.IGNORECASE)), hit
    assert not {"{", "}", "\x00"} & set(text)
    assert "None" not in text
    assert "\n\n\n" not in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_medical_withdrawal_names_no_medical_ground_because_the_medical_service_tells_it(language: str) -> None:
    text = said("ending.medically_unfit", language)
    assert not re.search(r"medic|médic|health|santé|fit\b|unfit|inapte|\bapte|doctor|médecin|diagnos|illness|maladie", text, re.IGNORECASE)
    assert {"en": "writes to you itself", "fr": "vous écrit lui-même"}[language] in text


# ---- everything that has to be said ----------------------------------------------------------------------------------------

#: The letters §5 and §11 name → what each of them must say, one part after the other.
WANTED = {
    "acknowledgement": {
        "en": "Thank you for your application | Sunday, 31 January 2027 | "
        "you will hear from us whatever the outcome | after the vacancy had",
        "fr": "remercions de votre candidature | dimanche 31 janvier 2027 | vous recevrez une réponse | après la clôture",
    },
    "ending.not_shortlisted": {
        "en": "not been placed on the short list",
        "fr": "pas été retenue sur la liste restreinte",
    },
    "assessment_invitation": {
        "en": "a written test | until Tuesday, 9 March 2027 at 10:00 | artificial intelligence | an arrangement",
        "fr": "une épreuve écrite | jusqu’au mardi 9 mars 2027 à 10:00 | intelligence artificielle | un aménagement",
    },
    "interview_invitation": {
        "en": "Thursday, 18 March 2027 at 14:00 (Brussels time) | 45 minutes | Room 3.12 | calendar entry | replaces the earlier one",
        "fr": "jeudi 18 mars 2027 à 14:00 (heure locale : Bruxelles) | 45 minutes | Room 3.12 | entrée d’agenda | remplace la précédente",
    },
    "selected": {
        "en": "you have been selected | not yet an offer",
        "fr": "été sélectionné(e) | pas encore une offre",
    },
    "ending.not_selected": {
        "en": "you have not been selected",
        "fr": "n’a pas été retenue",
    },
    "reserve_listed": {
        "en": "reserve list | valid until Wednesday, 1 March 2028 | does not guarantee | the contract and the grade",
        "fr": "liste de réserve | jusqu’au mercredi 1er mars 2028 | ne garantit pas | contrat et le grade",
    },
    "reserve_extended": {
        "en": "valid until Wednesday, 1 March 2028",
        "fr": "jusqu’au mercredi 1er mars 2028",
    },
    "conditional_offer": {
        "en": "subject to four conditions | 1. a security clearance | 2. approval of your medical file | 3. verification | 4. completion | "
        "still be valid on the day you enter on duty | by Tuesday, 9 March 2027 | do not resign | normally | not automatic",
        "fr": "subordonnée à quatre conditions | 1. une habilitation | 2. l’approbation | 3. la vérification | "
        "4. l’aboutissement | valables le jour de votre entrée en fonction | au plus tard le mardi 9 mars 2027 | pas démissionner",
    },
    "clearance_pending": {
        "en": "still being examined by your national authority | no time limit is running for you | in about a month",
        "fr": "toujours à l’examen auprès de votre autorité nationale | aucun délai ne court pour vous | dans un mois environ",
    },
    "contract_offer": {
        "en": "offer you a contract | definite duration | 3 years | EUR 6,412.35 a month | by Tuesday, 9 March 2027 | still be valid",
        "fr": "proposer un contrat | durée déterminée | 3 ans | 6 412,35 EUR par mois | le mardi 9 mars 2027 | encore valables",
    },
    "reminder": {
        "en": "The last moment for it is Tuesday | will have to decide",
        "fr": "La date limite est fixée au mardi | devra décider",
    },
    "reserve_lapsing": {
        "en": "valid until Wednesday, 1 March 2028",
        "fr": "jusqu’au mercredi 1er mars 2028",
    },
    "lapse_due": {
        "en": "Nothing has been decided yet",
        "fr": "Rien n’est encore décidé",
    },
    "ending.conditional_offer_lapsed": {
        "en": "has lapsed | Human Resources looked at",
        "fr": "caduque | Ressources humaines a examiné",
    },
    "ending.reserve_lapsed": {
        "en": "has ended",
        "fr": "a pris fin",
    },
    "ending.vacancy_cancelled": {
        "en": "has been cancelled | nothing to do with you",
        "fr": "a été annulé | ne tient ni à vous",
    },
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", WANTED)
def test_each_letter_of_the_rules_says_what_the_rules_want(name: str, language: str) -> None:
    text = said(name, language).replace("\u202f", " ")
    assert [part for part in WANTED[name][language].split(" | ") if part not in text] == []


WITHDRAWN = ("clearance_refused", "clearance_not_received", "medically_unfit", "verification_failed", "accreditation_refused")


@pytest.mark.parametrize("ending", [*WITHDRAWN, "secondment_refused", "budget_refused"])
def test_an_offer_that_is_withdrawn_is_withdrawn_in_so_many_words(ending: str) -> None:
    assert "Our conditional offer is therefore withdrawn." in said(f"ending.{ending}", "en")
    assert "Notre offre conditionnelle est par conséquent retirée." in said(f"ending.{ending}", "fr")


@pytest.mark.parametrize("ending", [ending for ending in ADVERSE if reviewable(ending)])
def test_a_letter_of_an_adverse_ending_says_whom_to_write_to_for_a_review_and_until_when(ending: Ending) -> None:
    for language, parts in {
        "en": ["write to Human Resources", "our reference 7q2k9fxm", "by Monday, 22 March 2027 at 10:00 (Brussels time)"],
        "fr": ["écrivez aux Ressources humaines", "notre référence 7q2k9fxm", "le lundi 22 mars 2027 à 10:00 (heure locale : Bruxelles)"],
    }.items():
        assert [part for part in parts if part not in said(f"ending.{ending}", language)] == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("condition", list(Condition))
def test_each_condition_settled_is_named(condition: Condition, language: str) -> None:
    (letter,) = due(f.ConditionSatisfied(condition=condition))
    assert WORDS.say(f"condition.{condition}", language) in compose(letter, language).body


def test_the_clearance_is_told_of_every_thirty_days_and_an_offer_before_it_lapses() -> None:
    rules = load_rules("standard").deadlines
    assert rules["clearance"].remind_every == 30
    assert rules["offer"].remind == 5
    assert [x.template for x in due(f.DeadlineReminded(key="clearance", instant=DUE))] == ["clearance_pending"]
    assert [x.template for x in due(f.DeadlineReminded(key="offer", instant=DUE))] == ["reminder"]
    assert [x.template for x in due(f.DeadlineReminded(key="reserve", instant=DUE), stage=Stage.RESERVE)] == ["reserve_lapsing"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_salary_stands_in_the_contract_offer_alone(language: str) -> None:
    assert [name for name in placeholders_by_letter(language) if "salary" in placeholders_by_letter(language)[name]] == [
        "letter.also.salary"
    ]
    assert [name for name, letter in ALL[language].items() if "EUR" in letter.body] == ["contract_offer", "contract_offer-2"]


def placeholders_by_letter(language: str) -> dict[str, frozenset[str]]:
    return {key: placeholders(WORDS.raw(key, language)) for key in sorted(WORDS.known(language)) if key.startswith("letter.")}


# ---- the samples are complete, the paper can show everything ---------------------------------------------------------------


def test_every_value_a_letter_can_hold_has_a_sample_to_look_at() -> None:
    own = {"name", "title", "reference", "organisation", "city", "case", "date", "text", "also", "outcome"}
    wanted = {name for found in placeholders_by_letter("en").values() for name in found}
    assert wanted - own - VALUES.keys() == set(), "give it a sample in connectors/letters/preview.py"


def test_every_paragraph_a_letter_can_carry_can_be_looked_at() -> None:
    shown = {name for versions in SHOWN.values() for also in versions for name in also} | {"review"}
    assert shown == set(ALSO), "show it in connectors/letters/preview.py"


def test_every_letter_of_the_table_can_be_looked_at() -> None:
    assert {letter.template for letter in ALL["en"].values()} == set(LETTERS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_character_of_the_catalogue_has_a_glyph(language: str) -> None:
    used = sorted({char for key in WORDS.known(language) for char in WORDS.raw(key, language) if char.isprintable() and char not in "{} "})
    letter = ALL[language]["selected"]
    words = " ".join("".join(used[n : n + 8]) for n in range(0, len(used), 8))
    paper = read(Printer(WORDS).print(letter.model_copy(update={"body": letter.body.replace("\n\n", f"\n\n{words}\n\n", 4)})))
    assert squeezed(words) in squeezed(paper)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_letter_of_the_catalogue_fits_one_page(language: str) -> None:
    for name, letter in ALL[language].items():
        assert "Page 1 " in (text := read(Printer(WORDS).print(letter)))
        assert "Page 2 " not in text, name


def test_a_paragraph_stands_where_the_letter_has_a_place_for_it() -> None:
    body = ALL["en"]["contract_offer"].body
    assert body.index("We are pleased") < body.index("definite duration") < body.index("EUR") < body.index("Please read it with care")
    assert compose(LetterDue(template="condition_settled", values={"condition": Phrase(key="condition.medical")})).body.count("\n\n") == 7


# ---- the calendar ----------------------------------------------------------------------------------------------------------


def test_an_interview_asked_for_moved_and_cancelled_is_one_event_of_one_diary() -> None:
    starts = AT + timedelta(days=9)
    (first,) = due(f.InterviewScheduled(starts_at=starts, minutes=45, place="Room 3"), number=40)
    (moved,) = due(f.InterviewScheduled(starts_at=starts + timedelta(days=1), minutes=45, place="Room 4"), number=44, interview_at=starts)
    ended = f.EndingReached(ending=Ending.WITHDRAWN, decided_by="person:ada", reason="person_decided", stage=Stage.INTERVIEW)
    (gone,) = due(ended, number=52, interview_at=starts + timedelta(days=1), at=AT)
    found = [Calendar.from_ical(compose(letter).calendar or "") for letter in (first, moved, gone)]
    events = [calendar.walk("VEVENT")[0] for calendar in found]
    assert [calendar["method"] for calendar in found] == ["REQUEST", "REQUEST", "CANCEL"]
    assert len({event["uid"] for event in events}) == 1
    assert [event["sequence"] for event in events] == [40, 44, 52]
    for event in events:  # what RFC 5546 §3.2 wants of every request and every cancellation
        assert {"DTSTAMP", "DTSTART", "ORGANIZER", "ATTENDEE", "SUMMARY", "UID", "SEQUENCE"} <= set(event)
        assert event["organizer"] == "mailto:jobs@muster.example"
