"""Is this person eligible? One small check per rule of recruitment.md §3; together they only ever propose.

Each check says pass, fail or unclear, with a reason code and what it saw. It is unclear, never a fail, when something was not
said, is not understood, or could still turn out either way. The verdict goes into the journal without what was seen: that
stays in the personal tables, tied to the decision by a keyed hash. Diversity data is not in the view the checks work on.
"""

import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict

from domain import languages, nations
from domain.calendars import add_months
from domain.candidate import EDUCATION, STATUSES, Application, days_worked, education_rank, years_worked
from domain.conditions import LEVELS, level_suffices, valid_on
from domain.facts import Decision
from domain.rules import Rules
from domain.vacancy import EducationNeed, Published, VacancySpec
from domain.words import Verdict


class Check(BaseModel):
    """One rule's finding. `reason` is a stable code like "nationality.not_eligible", empty on a pass."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    rule: str
    verdict: Verdict
    reason: str = ""
    seen: dict[str, Any]


class Judgement(BaseModel):
    """`decision` is for the journal; `seen` and `checks` hold personal data and stay in the personal tables."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    decision: Decision
    seen: dict[str, Any]
    checks: tuple[Check, ...]


@dataclass(frozen=True)
class Facts:
    """What the checks may look at. `day` is the one that counts: closing, or for an ongoing notice the day of application."""

    application: Application
    published: Published
    received_at: datetime
    late: bool
    door_was_down: bool
    others: int

    @property
    def spec(self) -> VacancySpec:
        return self.published.spec

    @property
    def rules(self) -> Rules:
        return self.published.rules

    @cached_property
    def day(self) -> date:
        counts = self.published.closes_at or self.received_at
        return counts.astimezone(ZoneInfo(self.spec.duty_station.zone)).date()


def judge_eligibility(
    application: Application,
    published: Published,
    received_at: datetime,
    late: bool,
    key: bytes,
    *,
    door_was_down: bool = False,
    others: int = 0,
) -> Judgement:
    """Judge one application: fail if any check fails, else unclear if any is, else pass.

    `received_at` and `late` come from the gateway's clock. `door_was_down` says that our own door was out when the event
    claims to have been sent; `others` counts the person's other standing applications for the vacancy. `key` keys the hash.
    """
    facts = Facts(application, published, received_at, late, door_was_down, others)
    checks = tuple(check(facts) for check in CHECKS)
    seen = {check.rule: {"verdict": str(check.verdict), "reason": check.reason, **check.seen} for check in checks}
    decision = Decision(verdict=_overall(checks), reasons=_reasons(checks), policy=published.rules.sha256, seen=keyed_hash(seen, key))
    return Judgement(decision=decision, seen=seen, checks=checks)


def keyed_hash(seen: dict[str, Any], key: bytes) -> str:
    """HMAC-SHA256 over canonical JSON: without the key nobody can try out what a short value was."""
    text = json.dumps(seen, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def _overall(checks: tuple[Check, ...]) -> Verdict:
    found = {check.verdict for check in checks}
    return next((v for v in (Verdict.FAIL, Verdict.UNCLEAR) if v in found), Verdict.PASS)


def _reasons(checks: tuple[Check, ...]) -> tuple[str, ...]:
    """Fails first, then what is unclear."""
    return tuple(check.reason for verdict in (Verdict.FAIL, Verdict.UNCLEAR) for check in checks if check.verdict is verdict)


def _found(rule: str, verdict: Verdict, reason: str = "", **seen: Any) -> Check:
    return Check(rule=rule, verdict=verdict, reason="" if verdict is Verdict.PASS else f"{rule}.{reason}", seen=seen)


def _settled(rule: str, certain: bool, possible: bool, reason: str, doubt: str, **seen: Any) -> Check:
    """Pass when it holds on what is certain, unclear when it holds only if every doubt turns out well, fail otherwise."""
    if certain:
        return _found(rule, Verdict.PASS, **seen)
    return _found(rule, Verdict.UNCLEAR, doubt, **seen) if possible else _found(rule, Verdict.FAIL, reason, **seen)


# ---- the checks ------------------------------------------------------------------------------------------------------------


def nationality(f: Facts) -> Check:
    """A national of an eligible country on the day that counts; of several nationalities one suffices, all are recorded."""
    stated = f.application.candidate.nationalities
    codes = [nations.code(n) for n in stated]
    eligible = nations.eligible_on(f.spec.eligible_nationalities, f.day)
    seen = {"nationalities": list(stated), "eligible": sorted(n for n in codes if n in eligible), "on": f.day.isoformat()}
    if not stated:
        return _found("nationality", Verdict.UNCLEAR, "not_stated", **seen)
    return _settled("nationality", bool(seen["eligible"]), None in codes, "not_eligible", "not_understood", **seen)


def in_time(f: Facts) -> Check:
    """Received by closing on the gateway's clock. Sent earlier but received after an outage of our own door: for a person."""
    seen = {"received_at": f.received_at.isoformat(), "late": f.late, "door_was_down": f.door_was_down}
    return _settled("time", not f.late, f.door_was_down, "received_late", "door_was_down", **seen)


def channel(f: Facts) -> Check:
    """Serving civilian staff through the internal portal, everyone else through the public one."""
    status, used = f.application.candidate.status, f.application.channel
    right = "internal" if f.application.candidate.serving else "public"
    return _settled(
        "channel", bool(status) and used == right, not status or not used, "not_for_status", "not_stated", status=status, channel=used
    )


def status(f: Facts) -> Check:
    """On a fast track only the groups the notice names may apply."""
    invited, mine = f.spec.eligible_statuses, f.application.candidate.status
    known = mine in STATUSES or mine == "external"
    return _settled("status", not invited or mine in invited, not known, "not_invited", "not_understood", status=mine)


def clearance_on_file(f: Facts) -> Check:
    """A fast track needs a clearance on file that is valid; a level too low can be upgraded, so a person looks at it (§2)."""
    held = f.application.candidate.clearance_on_file
    if not f.spec.fast_track:
        return _found("clearance", Verdict.PASS, needed=False)
    seen = {"needed": True, "level": held and held.level, "valid_until": held and held.valid_until and held.valid_until.isoformat()}
    if held is None:
        return _found("clearance", Verdict.FAIL, "not_on_file", **seen)
    if not valid_on(held.valid_until, f.day):
        return _found("clearance", Verdict.FAIL, "expired", **seen)
    if held.level not in LEVELS or held.valid_until is None:
        return _found("clearance", Verdict.UNCLEAR, "not_stated", **seen)
    return _settled("clearance", level_suffices(held.level, f.spec.clearance), True, "", "level_too_low", **seen)


def education(f: Facts) -> Check:
    """Any one alternative of education and related experience suffices; a higher level of education serves for a lower."""
    needs, applied = f.spec.education_alternatives, f.application
    ranks = [(education_rank(s.level), s.to) for s in applied.education]
    certain = max((r for r, to in ranks if r is not None and to is not None and to <= f.day), default=-1)
    open_ended = [len(EDUCATION) if r is None else r for r, to in ranks if to is None or to <= f.day]
    related = [w for w in applied.experience if w.related]
    doubtful = [w for w in applied.experience if w.related is None or (w.related and w.from_ is None)]
    undated = any(w.from_ is None for w in doubtful)
    years = years_worked(related, f.day)
    at_best = 99 if undated else years_worked([*related, *doubtful], f.day)
    seen = {
        "education": [{"level": s.level, "to": s.to and s.to.isoformat()} for s in applied.education],
        "related_days": days_worked(related, f.day),
        "related_years": years,
    }
    if needs and not applied.education:
        return _found("education", Verdict.UNCLEAR, "not_stated", **seen)
    met = any(_meets(need, certain, years, strict=True) for need in needs)
    could = any(_meets(need, max(open_ended, default=-1), at_best, strict=False) for need in needs)
    return _settled("education", met or not needs, could, "below_requirement", "not_certain", **seen)


def _meets(need: EducationNeed, rank: int, years: int, *, strict: bool) -> bool:
    """A need that is not understood is met by nobody for certain, and by anybody perhaps."""
    wanted = education_rank(need.education)
    if wanted is None:
        return not strict
    return rank >= wanted and years >= need.years


def language_levels(f: Facts) -> Check:
    """The levels asked for, order-free between the two languages. A level of another scale is never converted."""
    needs, known = f.spec.languages, f.application.languages
    levels = {k.code: k.level for k in sorted(known, key=lambda k: languages.rank(k.level) or 0)}
    at_best = {code: level if languages.rank(level) else "V" for code, level in levels.items()}
    seen = {"languages": {code: levels[code] for code in sorted(levels) if code in languages.concerned(needs)}}
    if needs and not known:
        return _found("languages", Verdict.UNCLEAR, "not_stated", **seen)
    certain, possible = languages.meets(needs, levels), languages.meets(needs, at_best)
    return _settled("languages", certain, possible, "below_requirement", "other_scale", **seen)


def one_application(f: Facts) -> Check:
    """One application per candidate and vacancy."""
    return _settled("application", f.others == 0, False, "not_the_only_one", "", others=f.others)


def age(f: Facts) -> Check:
    """Bounds hold at entry on duty, after the day that counts: the lower one may still be reached, the upper is passed for good."""
    low, high, born = f.rules.eligibility.minimum_age, f.rules.eligibility.maximum_age, f.application.candidate.born_on
    if low is None and high is None:
        return _found("age", Verdict.PASS, asked=False)
    if born is None:
        return _found("age", Verdict.UNCLEAR, "not_stated", asked=True)
    seen = {"asked": True, "born_on": born.isoformat()}
    too_old = high is not None and add_months(born, 12 * (high + 1)) <= f.day
    old_enough = low is None or add_months(born, 12 * low) <= f.day
    return _settled("age", old_enough and not too_old, not too_old, "above_maximum", "not_yet_reached", **seen)


def answers(f: Facts) -> Check:
    """Answers are given in the form itself. None, or a bare reference to a CV, is for a person to look at, never a fail."""
    bare = {_plain(text) for text in f.rules.eligibility.bare_answers} | {""}
    empty = [a.question for a in f.application.answers if _plain(a.text) in bare]
    if not f.application.answers:
        return _found("answers", Verdict.UNCLEAR, "missing", given=0)
    return _settled("answers", not empty, True, "", "bare", given=len(f.application.answers), bare=empty)


def _plain(text: str) -> str:
    return " ".join(text.lower().strip(" .!()[]\"'\n\t").split())


def relatives(f: Facts) -> Check:
    """Relatives on the staff are declared; a declared one is for a person to weigh."""
    said = f.application.declarations.relatives
    doubt = "not_declared" if said is None else "declared"
    return _settled("relatives", said is False, True, "", doubt, relatives=said)


CHECKS: tuple[Callable[[Facts], Check], ...] = (
    nationality,
    in_time,
    channel,
    status,
    clearance_on_file,
    education,
    language_levels,
    one_application,
    age,
    answers,
    relatives,
)
