"""The catalogue: nothing missing, nothing half done, nothing unused, in both languages."""

import ast
import re
from collections.abc import Callable
from enum import Enum, StrEnum
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import pytest
from babel.messages.pofile import read_po
from pydantic import BaseModel

from acts.checkpointing import FOLDER, MAIL
from acts.doctor import LOOKS as CHECKED
from acts.systems import STATES as SYSTEM_STATES
from acts.verifying import CLAIMS as VERIFY_CLAIMS
from cli.balanced import GROUPS, NATIONS
from config.rehearsed import CROSSED
from config.telling import Teller
from config.words import FILES, LANGUAGES, LOCALE, Words, placeholders, read
from connectors.contract import AskBody
from connectors.letters import report
from connectors.letters.dossier import CLAIMS, LABELS, OF_LEAVES
from console.course import SHOWS as COURSE
from console.data import GROUPS as GROUPS_KNOWN
from console.envelopes import ANSWERS, CAUSES, TYPES, WAITS
from console.facts import OUTSIDE_CASES, FactTeller
from console.facts import SOURCES as OF_STEPS
from console.forms import fields_of
from console.frame import RAIL, THEMES
from console.pages.audit import PURPOSES
from console.pages.audited import SHOWS
from console.pages.hire import TABS
from console.pages.hires import KEYS
from console.pages.legal_holds import FIELDS as OF_HOLDS
from console.pages.legal_holds import KINDS as HOLD_KINDS
from console.pages.legal_holds import REASONS as HOLD_REASONS
from console.pages.operations import LISTING as OF_AN_OPERATION
from console.pages.retention import REASONS as ERASURE_REASONS
from console.pages.retention import TABS as RETENTION_TABS
from console.pages.signals import REASONS as REASONS_OF_THE_DESK
from console.pages.signals import STATES as DESK_STATES
from console.pages.systems import TABS as SYSTEM_TABS
from console.sheets import FORMATS
from console.stuck import TRAFFIC, UNUSUAL
from console.year import KINDS as DAY_KINDS
from domain import errors
from domain.accommodation import Measure
from domain.acts import ACTS
from domain.balance_people import GROUPS_DECLARED, MILESTONES, Attribute
from domain.candidate import EDUCATION
from domain.comparison import CONDITION_WORDS, DEADLINE_WORDS, OTHER_WORDS
from domain.competition import ACTS as VACANCY_ACTS
from domain.competition.matching import OF_THE_PERSON, OF_THE_POST
from domain.contract import CLAUSES
from domain.digest import SECTIONS
from domain.errors import BadInput, Problem
from domain.events import PartnerKind
from domain.explanation import PARTS, UNITS
from domain.facts import AnyFact, Decision
from domain.forecast import SOURCES
from domain.letters import ALSO, CANDIDATE_TASKS, LETTERS
from domain.log.completeness import CHECKS, DIFFERENCES
from domain.log.leaf import Kind
from domain.log.report import PARTS as REPORT_PARTS
from domain.log.trail import KINDS as INTERVENTIONS
from domain.looking import Category
from domain.notice.model import Clauses, Notice
from domain.notice.settle import READINGS
from domain.operation import ItemState
from domain.overlays import Overlay
from domain.prospect import KINDS as AHEAD
from domain.reconciling import PROPOSALS
from domain.rehearsal import CONDITION_EFFECTS, DEADLINE_EFFECTS
from domain.retention import Category as Retained
from domain.retention import Trigger
from domain.retention_report import STATES as RETAINED
from domain.rules import DEADLINE_KEYS, Rules
from domain.sessions import How
from domain.signals import REMEDIES
from domain.status import CODES as STATUSES
from domain.vacancy import OVER
from domain.vacancy_waiting import VACANCY_CODES
from domain.waiting import CODES
from domain.words import Condition, ConditionState, Ending, LimitAction, Outcome, Party, PostKind, PostState, Role, Stage, Verdict
from gateway.api.problems import TITLES as API_TITLES
from store.board import LANES
from store.machinery import QUEUES

ROOT = LOCALE.parent
PACKAGES = ("acts", "activities", "cli", "config", "connectors", "console", "domain", "gateway", "sandbox", "store", "worker", "workflows")

#: Every state a message can be in, coming in, going out or on its way to one subscriber.
STATES = ("open", "applied", "parked", "superseded", "refused", "pending", "sent", "dead", "skipped")

ENUMS: dict[str, type[StrEnum]] = {
    "stage": Stage,
    "condition": Condition,
    "condition_state": ConditionState,
    "outcome": Outcome,
    "verdict": Verdict,
    "post_kind": PostKind,
    "post_state": PostState,
    "party": Party,
    "role": Role,
    "measure": Measure,
}


def problems(cls: type[Problem] = Problem) -> set[str]:
    """Every kind of error the tree in `domain/errors.py` draws, without the groups no one raises."""
    found = {sub.__name__ for sub in cls.__subclasses__() if sub.__module__ == errors.__name__}
    below = {name for sub in cls.__subclasses__() if sub.__module__ == errors.__name__ for name in problems(sub)}
    return (found | below) - {"Refusal", "Trouble"}


def needed() -> set[str]:
    keys = {f"letter.{template}.{part}" for template in LETTERS for part in ("subject", "body")}
    keys |= {f"letter.also.{name}" for name in ALSO}
    keys |= {f"ending.{ending.value}.{part}" for ending in Ending for part in ("name", "text")}
    keys |= {f"{family}.{member.value}" for family, members in ENUMS.items() for member in members}
    keys |= {f"deadline.{key}" for key in (*DEADLINE_KEYS, "closing", "medical_appeal")}
    keys |= {f"task.{key}" for key in CANDIDATE_TASKS}
    keys |= {f"assessment.{kind}" for kind in Rules.model_fields["assessment"].annotation.__args__ if kind != "none"}  # type: ignore[union-attr]
    keys |= {f"ask.kind.{kind}" for kind in AskBody.model_fields["kind"].annotation.__args__}  # type: ignore[union-attr]
    keys |= {f"salary.{period}" for period in ("month", "year")}
    keys |= {f"figure.{key}" for key in (*DEADLINE_WORDS, *CONDITION_WORDS, *OTHER_WORDS, "unit", "working_days")}
    keys |= {f"rehearsal.counted.{effect}" for effect in (*DEADLINE_EFFECTS, *CONDITION_EFFECTS)}
    keys |= {f"rehearsal.effect.{effect}" for effect in CONDITION_EFFECTS if effect.startswith("asked")}
    keys |= {f"rehearsal.crossed.{effect}" for effect in CROSSED} | {f"rehearsal.action.{action.value}" for action in LimitAction}
    keys |= {f"clause.{clause}" for clause in CLAUSES}
    keys |= {f"waiting.code.{code}" for code in CODES} | {f"act.{act}" for act in ACTS}
    keys |= {f"explain.{part}" for part in PARTS} | {f"count.{unit}.{number}" for unit in UNITS for number in ("one", "many")}
    keys |= {f"status.{code}" for code in STATUSES if code != "ended"}
    keys |= {f"forecast.source.{source}" for source in SOURCES}
    keys |= {f"digest.{section}" for section in SECTIONS}
    keys |= {f"act.{act}" for act in VACANCY_ACTS}
    keys |= {f"api.problem.{word}" for word in API_TITLES}
    keys.add("measure.none")
    keys |= {f"waiting.code.vacancy.{code}" for code in VACANCY_CODES}
    keys |= {f"waiting.vacancy.{status}" for status in ("published", "closed", "suspended", *OVER)}
    keys |= {f"remedy.{code}" for code in REMEDIES}
    keys |= {f"digest.partner.{what}" for what in ("silent", "failing", "overdue")}
    keys |= {f"reconcile.{name}" for name in PROPOSALS} | {f"propose.{what}" for what in PROPOSALS.values()}
    keys |= {f"completeness.check.{name}" for name in CHECKS} | {f"completeness.difference.{code}" for code in DIFFERENCES}
    keys |= {f"verify.claim.{name}" for name in VERIFY_CLAIMS} | {
        f"verify.skipped.{why}" for why in ("no_history", "no_key", "no_checkpoint")
    }
    keys |= {f"intervention.{kind}" for kind in INTERVENTIONS} | {f"report.part.{part}" for part in REPORT_PARTS}
    keys |= {f"completeness.engine_{how}" for how in ("not_asked", "unreachable")}
    keys |= {f"balance.attribute.{each}" for each in Attribute} | {f"balance.milestone.{each}" for each in MILESTONES}
    keys |= {f"balance.group.{each}" for each in GROUPS_DECLARED} | {f"balance.column.{each}" for each in (*GROUPS, *NATIONS)}
    keys |= {f"fact.{kind}" for kind in KINDS} | {f"leaf.{kind.value}" for kind in Kind if kind is not Kind.FACT}
    keys |= {f"field.{name}" for name in OF_LEAVES | fact_fields()}
    keys |= {f"report.{label}" for label in report.LABELS} | {f"report.column.{column}" for column in report.COLUMNS}
    keys |= {f"dossier.{label}" for label in LABELS} | {f"dossier.claim.{claim}" for claim in CLAIMS}
    return keys | console() | {f"refusal.{name}" for name in problems()}


#: Every kind of fact, with its class.
KINDS = {each.model_fields["kind"].default: each for each in AnyFact.__origin__.__args__}  # type: ignore[attr-defined]


def fact_fields() -> set[str]:
    """Every field of a fact; a decision's stand for it. The parts of terms, notices and rankings stand under their own names."""
    return {name for model in (*KINDS.values(), Decision) for name in model.model_fields} - {"kind", "decision"}


def facts_hold() -> dict[str, set[str]]:
    """By the name of a field of a fact, or of a part of one: the codes it can hold. `kind` is told by the name of the fact."""
    found: dict[str, set[str]] = {}

    def walk(annotation: Any, name: str) -> None:
        if get_origin(annotation) is Literal:
            found.setdefault(name, set()).update(map(str, get_args(annotation)))
        elif isinstance(annotation, type) and issubclass(annotation, Enum):
            found.setdefault(name, set()).update(str(each.value) for each in annotation)
        elif isinstance(annotation, type) and issubclass(annotation, BaseModel):
            for inner, info in annotation.model_fields.items():
                walk(info.annotation, inner)
        for each in get_args(annotation):
            walk(each, name)

    for kind in KINDS.values():
        walk(kind, "")
    return {name: {code for code in codes if re.fullmatch(r"[a-z_]+", code)} for name, codes in found.items() if name != "kind"}


def console() -> set[str]:
    """What the pages of the console say by family."""
    asked = [field for table in (ACTS, VACANCY_ACTS) for act in table.values() for field in fields_of(act.args)]
    inner = [column for field in asked for column in field.of]
    keys = {f"console.value.{value}" for column in inner for value in column.options}
    keys |= {f"console.value.{value}" for values in facts_hold().values() for value in values} & Words.load().known()
    keys.add("console.value.open")  # how a deadline stands, before and after a fact
    keys |= {f"console.field.{column.name.rpartition('.')[2]}" for column in inner}
    keys |= {f"console.field.{field.name}" for field in asked} | {f"console.rail.{place.name}" for place in RAIL}
    keys |= {f"console.theme.{theme}" for theme in THEMES} | {f"console.language.{language}" for language in LANGUAGES}
    keys |= {f"console.sort.{name}" for name in KEYS} | {f"console.session.{how}" for how in How} | {"console.session.this"}
    keys |= {f"console.export.{kind}" for kind in FORMATS} | {f"console.rail.{OF_AN_OPERATION.name}"}
    keys |= {f"console.hint.{name}" for name in ("reason", "evidence", "points")}
    keys |= {f"console.pill.{name}" for name in ("needs", "waiting", "held", "over", "done")}
    keys |= {f"console.pill.{name}{today}" for name in ("overdue", "risk", "running") for today in ("", ".today")}
    ended = {f"session_{state}" for state in ("idle", "expired", "ended")}
    keys |= {f"console.why.{why}" for why in ("not_signed_in", "signed_out", "wrong_password", "link_gone", *ended)}
    ways = ("identity_unknown", "handshake_gone", "other_person", "proof_too_old", "provider_refused", "provider_away", "provider_wrong")
    keys |= {f"console.why.{why}" for why in ways}
    notice = {*Notice.model_fields, "location.country", "location.city", "deadline.zone", "title.en", "title.fr", "posts"}
    notice |= {f"clauses.{clause}" for clause in Clauses.model_fields}
    keys |= {f"console.notice.{name}" for name in notice - {"conflicts", "evidence", "title", "clauses"}}
    keys |= {f"console.item.{state}" for state in get_args(ItemState)}
    keys |= {f"console.staff.on.{kind}" for kind in ("hire", "vacancy")}
    keys |= {f"console.education.{level}" for level in EDUCATION}
    keys |= {f"console.boardroom.{said}" for said in ("no_conflict", "conflict", "not_declared", "competencies", "desirable")}
    keys |= {f"console.operation.{state}" for state in ("open", "done", "cancelled")}
    keys |= {f"console.policy.{state}" for state in ("proposed", "to_come", "in_force", "past")}
    keys |= {f"console.notice.clearance_is.{standing}" for standing in ("held", "to_obtain")}
    keys |= {f"console.notices.reading.{language}" for language in READINGS}
    keys |= {f"console.overview.{what}.{n}" for what in ("needs", "overdue", "more") for n in ("one", "many")}
    keys |= {f"console.status.{status}" for status in ("published", "closed", "suspended", *OVER)}
    keys |= {"console.deadlines.week", "console.deadlines.month", "console.hires.nobody", "console.hires.empty"}
    keys |= {f"console.condition.{each}" for each in Condition} | {f"console.board.group.{each}" for each in ("none", *LANES)}
    keys |= {f"console.deadlines.tab.{tab}" for tab in ("agenda", "month", "load", "what_if")}
    keys |= {f"console.what_if.date.{what}" for what in ("entry", "probation", "contract", "advancement")}
    keys |= {f"console.reserve.rule.{rule}" for rule in (*OF_THE_POST, *OF_THE_PERSON)}
    keys |= {f"console.reserve.state.{state}" for state in ("free", "called", "unavailable")}
    keys |= {f"console.reserve.verdict.{verdict}" for verdict in ("call", "with_reason", "no")}
    keys |= {f"{says}.{n}" for says in (*UNUSUAL.values(), *(says for says, _ in TRAFFIC.values())) for n in ("one", "many")}
    keys |= {f"console.board.{name}" for name in ("early", "ended")}
    return (
        keys
        | audit()
        | hire()
        | integrations()
        | keeping()
        | {"console.yes", "console.no", "console.time.ahead", "console.time.ago", "console.time.now"}
    )


#: What operators do that is told on a system's page.
OPERATED = ("replay", "resume", "letter_again", "letter_posted", "maintenance_planned", "maintenance_ended")


def integrations() -> set[str]:
    """What the pages about other systems say by family."""
    several_ = {f"console.system.{state}.says.{n}" for state in ("dead", "person", "held_up") for n in ("one", "many")}
    keys = {f"console.system.{state}" for state in SYSTEM_STATES} | several_ | {f"console.event.{kind}" for kind in TYPES}
    keys |= {f"console.system.{state}.says" for state in ("off", "shut", "failing", "away", "well", "quiet")}
    keys |= {f"console.cause.{code}" for code in CAUSES} | {f"console.cause.http_{n}" for n in ANSWERS}
    keys |= {f"console.waits.{code}" for code in WAITS} | {f"console.partner.{kind}" for kind in PartnerKind}
    keys |= {f"console.channel.{name}" for name in ("http", "feed", "email", "paper")}
    deeds = ("discard", "replay", "reroute", "decide", "again", "again_one", "resume", "ping", "key")
    later = ("letters_again", "letter_again", "letter_posted", "maintenance", "end_maintenance")
    keys |= {f"console.deed.{name}{does}" for name in (*deeds, *later) for does in ("", ".does")}
    keys |= {f"console.deed.step.{step}" for step in ("approve", "reject")} | {f"console.systems.tab.{name}" for name, _ in SYSTEM_TABS}
    keys |= {f"console.signals.done.{done}" for done in ("discard", "replay", "reroute", "approve", "reject")}
    keys |= {f"console.systems.done.{done}" for done in ("resume", "pinged", "maintenance", "maintenance_ended")}
    keys |= {f"console.systems.key.{state}" for state in ("live", "coming", "ended")}
    keys |= {f"console.systems.act.{act}" for act in OPERATED} | {f"console.messages.state.{each}" for each in DESK_STATES}
    keys |= {f"console.value.{code}" for codes in REASONS_OF_THE_DESK.values() for code in codes}
    return keys | {f"console.field.{name}" for name in ("to", "overlap_days", "because", "begins", "until")} | {"console.hint.to"}


def keeping() -> set[str]:
    """What the pages about the installation itself say by family."""
    keys = {f"console.machinery.{what}.{name}" for what in ("check", "mend") for name in ("python", *CHECKED)}
    keys |= {f"console.machinery.queue.{name}" for name in QUEUES} | {f"console.retention.of.{each}" for each in Retained}
    keys |= {f"console.retention.after.{each}" for each in get_args(Trigger)} | {f"console.retention.state.{each}" for each in RETAINED}
    keys |= {f"console.retention.action.{each}" for each in ("erase", "anonymise", "keep")}
    keys |= {f"console.retention.tab.{name}" for name, _ in RETENTION_TABS}
    keys |= {f"console.retention.done.{done}" for done in ("withdrawn", "placed", "lift_proposed", "lifted")}
    keys |= {f"console.hold.{kind}" for kind in ("case", "vacancy")} | {f"console.erasure.table.{table}" for table in ERASED}
    keys |= {f"console.erasure.stays.{what}" for what in ("cases", "journal", "leaves", "inbox", "outbox")}
    keys |= {f"console.erasure.against.{code}" for code in ("legal_hold", "case_open", "letters_unsent")}
    keys |= {f"console.deed.{name}{does}" for name in ("place_hold", "propose_lift", "lift_hold") for does in ("", ".does")}
    keys |= {f"console.field.{field.name}" for field in OF_HOLDS} | {"console.hint.covered"}
    keys |= {f"console.calendars.{what}.{kind}" for what in ("letter", "kind") for kind in DAY_KINDS if kind != "worked"}
    keys |= {f"console.calendars.n.{kind}" for kind in DAY_KINDS} | {"console.value.staff_shortage"}
    keys |= {f"console.overlays.kind.{kind}" for kind in get_args(Overlay.model_fields["kind"].annotation)}
    keys |= {f"console.overlays.state.{state}" for state in ("proposed", "approved", "lifted")}
    keys |= {f"console.overlays.not.{why}" for why in ("exempt", "applied_already")}
    return keys | {f"console.value.{value}" for value in (*HOLD_KINDS, *HOLD_REASONS, *ERASURE_REASONS)}


#: What an erasure takes rows from.
ERASED = (
    "payloads",
    "applications",
    "letters",
    "notes",
    "leaf_contents",
    "log_keys",
    "balance_declarations",
    "balance_counted",
    "people_words",
    "people",
    "data_keys",
)


def audit() -> set[str]:
    """What the audit's pages say by family; what was done, too."""
    keys = {f"console.source.{name}" for name in OF_STEPS} | {f"console.purpose.{code}" for code in PURPOSES}
    keys |= {f"console.looked.{each}" for each in Category} | {f"console.who.{kind}" for kind in ("partner", "terminal", "muster")}
    keys |= {f"console.audit.of.{kind}" for kind in ("hire", "vacancy")} | {f"console.audit.show.{what}" for what in SHOWS}
    keys |= {f"console.verify.state.{state}" for state in ("done", "overdue", "waiting")}
    keys |= {f"console.log.place.{place}" for place in (FOLDER, MAIL)}
    keys |= {f"console.report.{name}" for name in ("signed", "published", "signed_up_to", "published_up_to")}
    return keys | {f"console.trail.{each}" for each in OUTSIDE_CASES}


def hire() -> set[str]:
    """What the tabs of a hire say by family."""
    keys = {f"console.hire.tab.{name}" for name, _, _ in TABS} | {f"console.ahead.{kind}" for kind in AHEAD}
    keys |= {f"console.course.{each}" for each in (*COURSE, "ahead", "now", "past")}
    keys |= {f"console.next.{what}" for what in ("reminder", "due", "limit", "rung")} | {f"console.data.{group}" for group in GROUPS_KNOWN}
    keys |= {f"console.gantt.kind.{kind}" for kind in ("done", "stopped", "running", "withheld", "planned")}
    return keys | {f"console.messages.{way}" for way in ("in", "out")} | {f"console.messages.state.{each}" for each in STATES}


@pytest.fixture(scope="module")
def words() -> Words:
    return Words.load()


@pytest.fixture(scope="module")
def pages() -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "console" / "templates").rglob("*.html")))


@pytest.fixture(scope="module")
def sources() -> str:
    files = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
    return "\n".join(path.read_text(encoding="utf-8") for path in files)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_the_trade_needs_is_there(words: Words, language: str) -> None:
    assert needed() - words.known(language) == set()


def test_a_clause_says_in_the_catalogue_what_it_says_in_the_approved_bytes(words: Words) -> None:
    assert {clause: words.raw(f"clause.{clause}", "en") for clause in CLAUSES} == {clause: says for clause, (_, says, _) in CLAUSES.items()}


def test_a_figure_is_called_in_the_catalogue_as_in_a_comparison(words: Words) -> None:
    called = DEADLINE_WORDS | {key: word for key, (word, _) in (CONDITION_WORDS | OTHER_WORDS).items()}
    assert {key: words.raw(f"figure.{key}", "en") for key in called} == called


def test_both_languages_have_the_same_keys(words: Words) -> None:
    assert words.known("en") == words.known("fr")


def test_both_languages_ask_for_the_same_values(words: Words) -> None:
    uneven = [key for key in words.known() if placeholders(words.raw(key, "en")) != placeholders(words.raw(key, "fr"))]
    assert uneven == []


def test_nothing_stands_in_the_catalogue_that_no_one_says(words: Words, sources: str, pages: str) -> None:
    """A key belongs to a family above, or is quoted in the code or on a page; a reason code is one the rules can give."""

    def quoted(text: str) -> bool:
        counted = text.removesuffix(".one").removesuffix(".many")  # said by `several(n, "key")`
        return f'"{text}"' in sources or f'"{text}"' in pages or f', "{counted}"' in pages

    def given(reason: str) -> bool:
        first, _, rest = reason.partition(".")
        return quoted(reason) or (quoted(first) and (quoted(rest) or f'f"{first}.{{' in sources))

    spare = words.known() - needed()
    unused = {key for key in spare if not (given(key.removeprefix("reason.")) if key.startswith("reason.") else quoted(key))}
    assert unused == set()


def reasons() -> set[str]:
    """The reason codes the rules give themselves: constants in `domain/`, and what each eligibility check can find."""
    found: set[str] = set()
    for path in sorted((ROOT / "domain").rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        found |= set(re.findall(r'(?:\breason=|: Reason = )"([a-z_.]+)"', text))
        for call in ast.walk(ast.parse(text)):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in ("_found", "_settled"):
                rule, *codes = [arg.value for arg in call.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)] or [""]
                found |= {f"{rule}.{code}" for code in codes if code}
    return found


def test_every_code_a_fact_can_hold_is_told_in_words(words: Words) -> None:
    """In French: a code that stays as it is would show there."""
    told = FactTeller(Teller(words, "fr"), [])
    bare = {(name, code) for name, codes in facts_hold().items() for code in codes if told.value(name, code).replace(" ", "_") == code}
    assert len(facts_hold()) > 20
    assert bare == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_the_rules_give_has_its_words(words: Words, language: str) -> None:
    assert len(reasons()) > 20
    assert {f"reason.{code}" for code in reasons()} - words.known(language) == set()


def test_every_key_the_code_says_is_in_the_catalogue(words: Words, sources: str) -> None:
    said = set(re.findall(r'say\(\s*"([^"]+)",\s*language', sources))
    assert said
    assert said - words.known() == set()


def test_every_key_a_page_says_is_in_the_catalogue(words: Words, pages: str) -> None:
    said = set(re.findall(r'\bsay\("([a-z_.]+)"[,)]', pages))
    counted = {f"{key}.{n}" for key in re.findall(r'\bseveral\([^"}]*"([a-z_.]+)"', pages) for n in ("one", "many")}
    assert len(said) > 50
    assert (said | counted) - words.known() == set()


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_entry_is_fuzzy_obsolete_or_written_twice(language: str, file: str) -> None:
    path: Path = LOCALE / language / "LC_MESSAGES" / file
    text = path.read_text(encoding="utf-8")
    ids = re.findall(r'^msgid "(.+)"$', text, re.MULTILINE)
    assert len(ids) == len(set(ids))
    with path.open("rb") as opened:
        catalogue = read_po(opened, abort_invalid=True)
    assert (catalogue.fuzzy, dict(catalogue.obsolete), str(catalogue.locale)) == (False, {}, language)
    assert "#, fuzzy" not in text


def test_a_translation_is_never_the_key_or_the_other_language(words: Words) -> None:
    long = [key for key in words.known() if len(words.raw(key, "en")) > 40]
    assert [key for key in long if words.raw(key, "en") == words.raw(key, "fr")] == []
    assert [key for key in words.known() if key in (words.raw(key, "en"), words.raw(key, "fr"))] == []


FEES = {
    "en": r"\b(fees?|pay(s|ing|ment|able)?|paid|charges?|costs?|deposit|invoice|bank|transfer|euros?|money|reimburse\w*)\b|€",
    "fr": r"\b(frais|redevances?|pay(er|ez|é\w*|ement\w*)|paiements?|vers(er|ez|ement\w*)|virements?|co[uû]ts?|factur\w+|banc\w+)\b"
    r"|\b(euros?|argent|rembours\w+|acomptes?|cautions?)\b|€",
}
RENEWAL = {
    "en": r"\b(renew\w*|indefinite|open-ended|permanent\w*|for life|further contract|second contract)\b",
    "fr": r"\b(renouvel\w*|reconduc\w*|reconduit\w*|indéterminée?|titularis\w*|second contrat|nouveau contrat|à vie)\b",
}
GUARANTEE = {
    "en": r"\b(we guarantee|we promise|guaranteed|you will certainly|we assure)\b",
    "fr": r"\b(nous garantissons|nous promettons|garantie?s? que|nous vous assurons)\b",
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("patterns", [FEES, RENEWAL, GUARANTEE], ids=["a fee", "a renewal", "what we cannot know"])
def test_no_letter_asks_for_money_or_promises_what_is_no_right(words: Words, language: str, patterns: dict[str, str]) -> None:
    letters = [key for key in words.known() if key.startswith(("letter.", "ending.", "task.", "ask.", "calendar.", "paper."))]
    found = {key: hit.group() for key in letters if (hit := re.search(patterns[language], words.raw(key, language), re.IGNORECASE))}
    assert found == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_offer_names_its_four_conditions_and_says_not_to_resign(words: Words, language: str) -> None:
    offer = words.raw("letter.conditional_offer.body", language).casefold()
    wanted = {
        "en": ["subject to", "security clearance", "medical", "verification", "accreditation", "do not resign"],
        "fr": ["subordonnée à", "habilitation", "médical", "vérification", "accréditation", "ne pas démissionner"],
    }
    assert [text for text in wanted[language] if text not in offer] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_medical_ending_says_nothing_medical(words: Words, language: str) -> None:
    texts = [words.raw(key, language) for key in words.known() if "medically_unfit" in key]
    assert len(texts) == 4
    assert not [text for text in texts if re.search(r"\b(unfit|inapte|diagnos|disease|maladie|illness)", text, re.IGNORECASE)]


def test_french_marks_have_their_no_break_space(words: Words) -> None:
    bare = {
        key for key in words.known() if re.search(r"[^\s\u00a0\u202f(][;!?»]|[^\s\u00a0\u202f\d}]:(?=\s)| [:;!?»]", words.raw(key, "fr"))
    }
    assert bare == set()


def test_a_task_in_french_follows_de_without_elision(words: Words) -> None:
    assert [key for key in words.known() if key.startswith("task.") and re.match(r"[aeéèêiouyh]", words.raw(key, "fr"))] == []


def test_saying_fills_in_every_value(words: Words) -> None:
    assert words.say("moment", "fr", day="lundi", time="10:00", city="Bruxelles") == "lundi à 10:00 (heure locale\u00a0: Bruxelles)"
    assert words.say("stage.conditional_offer", "en") == "conditional offer"


def test_a_value_is_never_read_as_a_text(words: Words) -> None:
    said = words.say("moment", "en", day="{city}", time="%s {0}", city="{day.__class__}")
    assert said == "{city} at %s {0} ({day.__class__} time)"


@pytest.mark.parametrize(
    ("key", "language", "code"), [("no.such", "en", "missing_text"), ("moment", "de", "missing_text"), ("moment", "en", "missing_value")]
)
def test_a_missing_text_or_value_raises(words: Words, key: str, language: str, code: str) -> None:
    with pytest.raises(BadInput) as caught:
        words.say(key, language, day="Monday")
    assert caught.value.code == code


def catalogue(folder: Path, en: str, fr: str) -> Path:
    for language, entries in (("en", en), ("fr", fr)):
        path = folder / language / "LC_MESSAGES" / "muster.po"
        path.parent.mkdir(parents=True)
        head = f'msgid ""\nmsgstr "Language: {language}\\nContent-Type: text/plain; charset=UTF-8\\n"\n\n'
        path.write_text(head + entries, encoding="utf-8")
    return folder


GOOD = 'msgid "a"\nmsgstr "x {n}"\n'


@pytest.mark.parametrize(
    ("fr", "says"),
    [
        ('msgid "a"\nmsgstr ""\n', "empty"),
        ('#, fuzzy\nmsgid "a"\nmsgstr "x {n}"\n', "fuzzy"),
        ('msgid "a"\nmsgid_plural "b"\nmsgstr[0] "x {n}"\nmsgstr[1] "y {n}"\n', "plural"),
        ('msgid "b"\nmsgstr "x {n}"\n', "only one of"),
        ('msgid "a"\nmsgstr "x {m}"\n', "placeholders"),
        ('msgid "a"\nmsgstr "x {n.real}"\n', "plain"),
        ('msgid "a"\nmsgstr "x {n:>9}"\n', "plain"),
        ('msgid "a"\nmsgstr "x\n', "muster.po"),
    ],
)
def test_a_half_done_catalogue_is_not_loaded(tmp_path: Path, fr: str, says: str) -> None:
    with pytest.raises(BadInput, match=says):
        Words.load(catalogue(tmp_path, GOOD, fr))


def test_a_key_stands_in_one_file_alone(tmp_path: Path) -> None:
    folder = catalogue(tmp_path, GOOD, GOOD)
    again = folder / "en" / "LC_MESSAGES" / "console.po"
    again.write_text((folder / "en" / "LC_MESSAGES" / "muster.po").read_text("utf-8"), "utf-8")
    with pytest.raises(BadInput, match="another file"):
        Words.load(folder)


def test_an_edited_catalogue_needs_no_compiling(tmp_path: Path) -> None:
    assert Words.load(catalogue(tmp_path, GOOD, GOOD)).say("a", "fr", n=3) == "x 3"
    assert not list(LOCALE.rglob("*.mo"))


def test_a_catalogue_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"muster\.po"):
        read(tmp_path / "muster.po")


def test_a_process_reads_the_files_once() -> None:
    load: Callable[[], Words] = Words.load
    assert load() is load()
