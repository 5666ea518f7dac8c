"""Vacancies, steps and arrivals to store: small, real, and the same each time."""

from datetime import UTC, datetime, timedelta
from typing import Any

from domain import facts as f
from domain.facts import AnyFact
from domain.messages import Announcement, CaseMessage, Letter, Step
from domain.rules import Rules
from domain.vacancy import Closing, DutyStation, PostSpec, Published, Title, VacancySpec
from domain.words import LimitAction, Party, PostKind, Stage
from store.arrivals import Arrival, Contact
from store.names import canonical_sha256

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
VACANCY = "250442"


def spec(reference: str = VACANCY, posts: int = 2) -> VacancySpec:
    return VacancySpec(
        reference=reference,
        title=Title(en="Engineer", fr="Ingénieur"),
        body="IMS",
        duty_station=DutyStation(country="BE", city="Brussels", zone="Europe/Brussels"),
        closing=Closing(ongoing=True),
        posts=tuple(PostSpec(id=f"p{n}", kind=PostKind.ESTABLISHED, grade_low="G15", grade_high="G17") for n in range(1, posts + 1)),
    )


def published(reference: str = VACANCY, posts: int = 2, **changes: Any) -> Published:
    rules = Rules(name="test", version="1", calendar="hq", deadlines={}, conditions={})
    made = Published(spec=spec(reference, posts), rules=rules, closes_at=NOON + timedelta(days=30), published_at=NOON, sha256="f" * 64)
    return made.model_copy(update=changes)


def arrival(event: str = "evt-1", candidate: str = "c-1", **changes: Any) -> Arrival:
    """An application from the portal, with everything personal in its three places."""
    made = Arrival(
        source="portal",
        event_id=event,
        type="application.submitted",
        sha256=canonical_sha256({"event": event, "candidate": candidate}),
        signature="v1a,c2ln",
        key_id="portal-1",
        received_at=NOON,
        vacancy=VACANCY,
        candidate_source_id=candidate,
        data={"channel": "public", "nations": ["BE"]},
        payload=b'{"id": "evt-1"}',
        application={"studies": "an engineer"},
        contact=Contact(name="Ada Example", email="ada@example.org", language="fr"),
    )
    return made.model_copy(update=changes)


def step(case: str, after: int, *facts: AnyFact, name: str = "", **more: Any) -> Step:
    return Step(case=case, after=after, step=name or f"step-{after}", at=NOON, actor="muster", facts=facts, **more)


def received(vacancy: str = VACANCY, candidate: str = "cand-1") -> f.ApplicationReceived:
    return f.ApplicationReceived(
        vacancy=vacancy, candidate=candidate, channel="public", received_at=NOON, late=False, application="app-1", policy="f" * 64
    )


def entered(stage: Stage = Stage.SCREENING) -> f.StageEntered:
    return f.StageEntered(stage=stage)


def deadline(key: str = "screening", days: int = 10) -> f.DeadlineSet:
    return f.DeadlineSet(
        key=key,
        party=Party.HR,
        started_at=NOON,
        due_at=NOON + timedelta(days=days),
        limit_at=NOON + timedelta(days=2 * days),
        at_limit=LimitAction.ESCALATE,
    )


def opened(reference: str = VACANCY, posts: int = 2) -> Step:
    """The first step of a vacancy's own journal."""
    names = tuple(f"p{n}" for n in range(1, posts + 1))
    fact = f.VacancyPublished(
        reference=reference,
        closes_at=NOON + timedelta(days=30),
        policy="f" * 64,
        spec="f" * 64,
        posts=names,
        specs=spec(reference, posts).posts,
    )
    return step(f"vacancy/{reference}", 0, fact, name="publish")


def announcement(case: str, type_: str = "hire.stage_changed") -> Announcement:
    return Announcement(type=type_, subject=case, data={"stage": "screening"})


def letter(case: str, name: str = "let-1") -> Letter:
    return Letter(
        letter=name,
        case=case,
        candidate="cand-1",
        template="application_received",
        language="fr",
        to="ada@example.org",
        subject="Votre candidature",
        body="Nous l'avons bien reçue.",
        sha256="e" * 64,
        at=NOON,
    )


def told(to: str, type_: str = "selection.decided", **data: Any) -> CaseMessage:
    return CaseMessage(to=to, type=type_, data=data)
