"""The candidates: the same for the same seed, everything in the deck dealt, and what Muster finds of them what was meant."""

from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest

from domain.candidate import Application
from domain.events import cloud_event, parse
from domain.nations import MEMBERS
from domain.policies.eligibility import judge_eligibility
from domain.policies.publication import freeze
from domain.words import Verdict
from sandbox.population import DECKS, OUTSIDE, POOL, TWIN, Persona, population
from sandbox.publication import POOL_POSTS, WINDOW, publications

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
PUBLISHED = publications(NOW)
CLOSINGS = {p.spec.reference: p.closes_at for p in PUBLISHED}
SEEDS = (1, 7, 1949, 20_261_122)


def everyone(seed: int) -> list[Persona]:
    return population(seed, CLOSINGS, NOW)


def test_the_same_seed_draws_the_same_people_and_another_seed_others() -> None:
    assert everyone(7) == everyone(7)
    assert [p.application for p in everyone(7)] != [p.application for p in everyone(8)]


@pytest.mark.parametrize("seed", SEEDS)
def test_every_card_of_the_decks_is_dealt(seed: int) -> None:
    drawn = everyone(seed)
    assert len(drawn) == sum(map(len, DECKS.values())) >= 60
    assert Counter(p.vacancy for p in drawn) == {vacancy: len(deck) for vacancy, deck in DECKS.items()}
    assert len({p.id for p in drawn}) == len({p.application["contact"]["email"] for p in drawn}) == len(drawn)


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_in_store_for_someone_shows_nowhere_in_what_they_send(seed: int) -> None:
    marks = ("silent", "late", "refus", "unfit", "declin", "withdr", "show", "integrity", "lapse", "fate")
    for persona in everyone(seed):
        shown = f"{persona.id} {persona.application['contact']} {persona.application['candidate']['id']}".lower()
        assert not [mark for mark in marks if mark in shown]


@pytest.mark.parametrize("seed", SEEDS)
def test_everybody_is_of_some_kind(seed: int) -> None:
    drawn = everyone(seed)
    candidates = [p.application["candidate"] for p in drawn]
    assert {"civilian_staff", "external", "national_administration"} <= {c["status"] for c in candidates}
    assert any(len(c["nationalities"]) == 2 for c in candidates)
    assert any(set(c["nationalities"]) <= set(OUTSIDE) for c in candidates)
    assert len({n for c in candidates for n in c["nationalities"]} & MEMBERS) > 10
    assert all(c["seconded_by"] == c["nationalities"][0] for c in candidates if "seconded_by" in c)
    assert {p.language for p in drawn} == {"en", "fr"}


@pytest.mark.parametrize("seed", SEEDS)
def test_the_door_takes_every_application(seed: int) -> None:
    for persona in everyone(seed):
        parse(cloud_event("e1", "portal", "application.submitted", f"vacancy/{persona.vacancy}", persona.application))


@pytest.mark.parametrize("seed", SEEDS)
def test_muster_finds_ineligible_exactly_those_who_are_meant_to_be(seed: int) -> None:
    frozen = {p.spec.reference: freeze(p.spec, p.rules, NOW) for p in PUBLISHED}
    wrong: list[Any] = []
    for persona in everyone(seed):
        application = Application.model_validate(persona.application)
        late = persona.fate.defect == "late"
        judged = judge_eligibility(application, frozen[persona.vacancy], persona.applies_at, late, b"key")
        if (judged.decision.verdict is Verdict.FAIL) != bool(persona.fate.defect):
            wrong.append((persona, judged.decision))
    assert not wrong


@pytest.mark.parametrize("seed", SEEDS)
def test_people_apply_in_the_weeks_before_closing_and_the_late_after(seed: int) -> None:
    for persona in everyone(seed):
        early = CLOSINGS[persona.vacancy] - persona.applies_at
        assert (early.total_seconds() < 0) == (persona.fate.defect == "late")
        assert early < WINDOW + (WINDOW / 4)


def test_vacancies_are_redated_by_whole_years_of_weeks_and_keep_weekday_and_time() -> None:
    late = publications(datetime(2029, 3, 1, tzinfo=UTC))
    for then, now in zip(PUBLISHED, late, strict=True):
        assert then.closes_at >= NOW + WINDOW
        assert then.spec.closing.date is not None
        assert now.spec.closing.date is not None
        moved = now.spec.closing.date - then.spec.closing.date
        assert moved.days % (52 * 7) == 0
        assert now.spec.closing.time == then.spec.closing.time
        assert any("weeks after" in line for line in now.said)


def test_the_pool_gets_its_posts_and_says_so() -> None:
    pool = next(p for p in PUBLISHED if p.spec.reference == POOL)
    assert len(pool.spec.posts) == len({p.id for p in pool.spec.posts}) == POOL_POSTS
    assert any(str(POOL_POSTS) in line for line in pool.said)
    assert len(next(p for p in PUBLISHED if p.spec.reference == TWIN).spec.posts) == 1
