"""Publication: what forbids a vacancy or a policy, and freezing the two together (recruitment.md §1).

A vacancy carries the policy in force on the day it is published; the content hash of both is on every case.
"""

import hashlib
import json
from datetime import datetime
from graphlib import CycleError, TopologicalSorter

from domain import grades
from domain.calendars import known_zone
from domain.candidate import STATUSES
from domain.deadlines import closes_at
from domain.errors import BadInput
from domain.nations import MEMBERS
from domain.rules import DEADLINE_KEYS, Rules
from domain.vacancy import PostSpec, Published, VacancySpec
from domain.words import Condition

#: A dotted key and what is wrong with it.
Objection = tuple[str, str]


def freeze(spec: VacancySpec, rules: Rules, at: datetime) -> Published:
    """The vacancy as published at `at`. Raises BadInput with everything that forbids it."""
    wrong = [*vacancy_objections(spec), *rules_objections(rules)]
    closes = None if wrong else closes_at(spec.closing, spec.duty_station.zone, rules.default_closing_time)
    if closes is not None and closes <= at:
        wrong.append(("closing", f"lies before the publication ({closes.isoformat()})"))
    if wrong:
        raise BadInput("; ".join(f"{key}: {what}" for key, what in wrong), code="not_publishable", keys=[key for key, _ in wrong])
    return Published(spec=spec, rules=rules, closes_at=closes, published_at=at, sha256=content_hash(spec, rules))


def content_hash(spec: VacancySpec, rules: Rules) -> str:
    """The hash every case of the vacancy carries: the same content gives the same hash, whenever it is published."""
    content = {"spec": spec.model_dump(mode="json"), "rules": rules.model_dump(mode="json")}
    return hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def vacancy_objections(spec: VacancySpec) -> list[Objection]:
    """Everything about a vacancy that its types alone do not refuse."""
    return [*_zone(spec), *_closing(spec), *_statuses(spec), *_nationalities(spec), *_languages(spec), *_posts(spec)]


def rules_objections(rules: Rules) -> list[Objection]:
    """A policy gives figures for every deadline and every condition, and orders the conditions without a circle."""
    unknown = [
        (f"deadlines.{k}", f"unknown deadline; allowed: {', '.join(DEADLINE_KEYS)}") for k in rules.deadlines if k not in DEADLINE_KEYS
    ]
    missing = [(f"deadlines.{k}", f"is missing ({what})") for k, what in DEADLINE_KEYS.items() if k not in rules.deadlines]
    conditions = [(f"conditions.{c}", "is missing") for c in Condition if c not in rules.conditions]
    return [*unknown, *missing, *conditions, *_figures(rules), *_circle(rules), *_ages(rules), *_agreement(rules)]


def _figures(rules: Rules) -> list[Objection]:
    wrong: list[Objection] = []
    for key, rule in rules.deadlines.items():
        last = max(rule.target, rule.limit or 0)
        if rule.remind is not None and rule.remind > last:
            wrong.append((f"deadlines.{key}.remind", f"is {rule.remind}, after the last day ({last})"))
        if rule.remind_every is not None and rule.remind_every > last:
            wrong.append((f"deadlines.{key}.remind_every", f"is {rule.remind_every}, longer than the whole deadline ({last})"))
    return wrong


def _agreement(rules: Rules) -> list[Objection]:
    """Figures that say the same thing in two places say the same: one of them drives a clock, the other what is told."""
    reserve = rules.deadlines.get("reserve")
    pairs: list[tuple[str, int, str, int]] = []
    if reserve is not None and reserve.unit == "day":
        pairs.append(("reserve.days", rules.reserve.days, "deadlines.reserve.target", reserve.target))
        if reserve.remind is not None:
            before = reserve.target - reserve.remind
            pairs.append(("reserve.notice_days", rules.reserve.notice_days, "deadlines.reserve (target less remind)", before))
    return [(name, f"is {days}, but {other} says {says}; they must agree") for name, days, other, says in pairs if days != says]


def _circle(rules: Rules) -> list[Objection]:
    try:
        TopologicalSorter({c: rule.after for c, rule in rules.conditions.items()}).prepare()
    except CycleError as error:
        return [("conditions", f"wait for each other: {' → '.join(str(c) for c in error.args[1])}")]
    return []


def _ages(rules: Rules) -> list[Objection]:
    low, high = rules.eligibility.minimum_age, rules.eligibility.maximum_age
    return (
        [("eligibility.maximum_age", f"is {high}, below the minimum ({low})")]
        if low is not None and high is not None and high < low
        else []
    )


def _zone(spec: VacancySpec) -> list[Objection]:
    zone = spec.duty_station.zone
    return [] if known_zone(zone) else [("duty_station.zone", f"is {zone!r}; a zone is named like Europe/Brussels")]


def _closing(spec: VacancySpec) -> list[Objection]:
    if spec.closing.ongoing and spec.closing.date is not None:
        return [("closing", "is both ongoing and on a date")]
    if not spec.closing.ongoing and spec.closing.date is None:
        return [("closing", "needs a date, or ongoing = true")]
    return []


def _statuses(spec: VacancySpec) -> list[Objection]:
    unknown = [s for s in spec.eligible_statuses if s not in STATUSES]
    wrong: list[Objection] = [("eligible_statuses", f"has {s!r}; allowed: {', '.join(STATUSES)}") for s in unknown]
    if spec.fast_track and not spec.eligible_statuses:
        wrong.append(("eligible_statuses", "is empty; a fast track names who may apply"))
    return wrong


def _nationalities(spec: VacancySpec) -> list[Objection]:
    if spec.eligible_nationalities == "members":
        return []
    unknown = [n for n in spec.eligible_nationalities if n not in MEMBERS]
    if not spec.eligible_nationalities:
        return [("eligible_nationalities", 'is empty; "members" means all members')]
    return [("eligible_nationalities", f"has {n!r}, which is no member; a notice may only narrow the list") for n in unknown]


def _languages(spec: VacancySpec) -> list[Objection]:
    either = [need for need in spec.languages if need.code == "en|fr"]
    return [("languages", "leaves more than two languages open")] if len(either) > 2 else []


def _posts(spec: VacancySpec) -> list[Objection]:
    ids = [post.id for post in spec.posts]
    wrong: list[Objection] = [] if ids else [("posts", "is empty; a vacancy has at least one post")]
    wrong += [(f"posts[{n}].id", f"is {i!r}, used twice") for n, i in enumerate(ids) if i in ids[:n]]
    for n, post in enumerate(spec.posts):
        wrong += [(f"posts[{n}].{key}", what) for key, what in _post(post, spec)]
    return wrong


def _post(post: PostSpec, spec: VacancySpec) -> list[Objection]:
    try:
        grades.pair(f"{post.grade_low}/{post.grade_high}")
    except BadInput as error:
        return [("grade_low", error.message)]
    if post.role_profile and post.role_profile not in spec.role_profiles:
        return [
            (
                "role_profile",
                f"is {post.role_profile!r}; allowed: {', '.join(spec.role_profiles) or 'none, the vacancy names no role profiles'}",
            )
        ]
    return []
