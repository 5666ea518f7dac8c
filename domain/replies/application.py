"""The application, and how a hire begins (`recruitment.md` §1)."""

from typing import Any

from domain import facts as f
from domain.deadlines import is_late
from domain.hire import HireState
from domain.messages import Message
from domain.moment import Moment
from domain.nations import eligible_first, eligible_on
from domain.outage import unclear
from domain.replies.taking import Moot, Taker, assigned
from domain.stages import (
    Facts,
    end,
    enter,
)
from domain.words import Ending, Stage


def _submitted(state: HireState, message: Message, m: Moment) -> Facts:
    data = message.data
    closes_at = m.published.closes_at
    late = is_late(message.received_at, closes_at)
    ours = closes_at is not None and unclear(closes_at, message.received_at, m.shut)
    if state.vacancy:
        if late or state.stage is not Stage.RECEIVED or state.late:
            raise Moot("a later application replaces the earlier only before closing", code="late")
        replaced = f.ApplicationReplaced(
            received_at=message.received_at,
            application=message.payload or "",
            seconded_by=data.get("seconded_by"),
            serving=bool(data.get("serving")),
            nations=_nations(data, m),
        )
        return [replaced]
    received = f.ApplicationReceived(
        vacancy=m.published.spec.reference,
        candidate=str(data["candidate"]),
        channel=data["channel"],
        received_at=message.received_at,
        late=late,
        lateness="in_time" if not late else "unclear" if ours else "late",
        claimed_at=data.get("claimed_at"),
        application=message.payload or "",
        policy=m.published.sha256,
        seconded_by=data.get("seconded_by"),
        serving=bool(data.get("serving")),
        nations=_nations(data, m),
    )
    opened = state.model_copy(update={"late": late})
    first: Facts = [received, *enter(opened, Stage.RECEIVED, m)]
    return first if closes_at is not None else [*first, *_open_screening(opened, m)]


def _nations(data: dict[str, Any], m: Moment) -> tuple[str, ...]:
    """The nationalities, the eligible ones first: a dual national is cleared by a nation that counts, not by the one named first."""
    eligible = eligible_on(m.published.spec.eligible_nationalities, (m.published.closes_at or m.at).date())
    return tuple(eligible_first(data.get("nations", ()), eligible))


def _open_screening(state: HireState, m: Moment) -> Facts:
    return enter(state.model_copy(update={"stage": Stage.RECEIVED}), Stage.SCREENING, m)


def _linked(state: HireState, message: Message, m: Moment) -> Facts:
    """A hire that begins from another one (re-use, `recruitment.md` §6): straight to the conditional offer of its post; first the
    question whether the person agrees, where they have not said so."""
    if state.vacancy:
        raise Moot("this case has begun already", code="repeated")
    d = message.data
    received = f.ApplicationReceived(
        vacancy=m.published.spec.reference,
        candidate=d["candidate"],
        channel="linked",
        received_at=message.received_at,
        late=False,
        application=d["application"],
        policy=m.published.sha256,
        linked_from=d["linked_from"],  # the first hire; the sender is the vacancy that reserved the post
        seconded_by=d.get("seconded_by"),
        serving=bool(d.get("serving")),
        nations=_nations(d, m),
        consent_asked=not d.get("agreed", True),
        carried=tuple(f.CarriedResult.model_validate(each) for each in d.get("results", ())),
    )
    begun: Facts = [received, f.StageEntered(stage=Stage.RECEIVED), *assigned(state.model_copy(update={"stage": Stage.RECEIVED}), d, m)]
    return [*begun, m.deadline("reuse")] if received.consent_asked else begun


def _withdrawn(state: HireState, message: Message, m: Moment) -> Facts:
    fact = f.Withdrawn(reason=str(message.data.get("reason", "")))
    return [fact, *end(state, Ending.WITHDRAWN, m, decided_by="candidate", reason="withdrawn_by_candidate")]


TAKERS: dict[str, Taker] = {
    "application.submitted": _submitted,
    "application.withdrawn": _withdrawn,
    "hire.linked": _linked,
}
