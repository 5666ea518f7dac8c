"""A policy overlay: what is changed for hires that are open already (`recruitment.md` §7), by two people and case by case.

A freeze stops the clocks, a fast track interviews at short notice, new durations are other figures for deadlines. An overlay has a
scope, exemptions and a first day; it holds exactly these bytes. Applying it is an act of a named person on each case.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from domain.deeds import check_deed
from domain.errors import Conflict, FourEyes, NotNow
from domain.hire import HireState
from domain.rules import DEADLINE_KEYS, DeadlineRule, Rules
from domain.words import Stage

Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_.]{1,63}$")]


class Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Durations(Strict):
    """Figures of one deadline that are other ones while the overlay lasts; what is not given stays as it is."""

    target: int | None = Field(default=None, ge=0)
    remind: int | None = Field(default=None, ge=0)
    remind_every: int | None = Field(default=None, ge=1)
    limit: int | None = Field(default=None, ge=0)


class Overlay(Strict):
    """The overlay file (TOML). Without `vacancy` and `stages` it concerns every open hire; `exempt` names cases it does not."""

    overlay: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{2,39}$")
    kind: Literal["freeze", "fast_track", "durations"]
    reason: Code
    vacancy: str | None = None
    stages: tuple[Stage, ...] = ()
    exempt: tuple[str, ...] = ()
    effective_from: datetime | None = None
    figures: dict[str, Durations] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _whole(self) -> "Overlay":
        if unknown := sorted(set(self.figures) - set(DEADLINE_KEYS)):
            raise ValueError(f"figures has {unknown[0]!r}; allowed: {', '.join(DEADLINE_KEYS)}")
        if (self.kind == "durations") != bool(self.figures):
            raise ValueError("new durations need figures, and no other kind has any")
        if self.effective_from is not None and self.effective_from.tzinfo is None:
            raise ValueError("effective_from needs its zone, as in 2026-03-02T00:00:00+01:00")
        return self

    @property
    def sha256(self) -> str:
        text = json.dumps(self.model_dump(mode="json"), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


class Standing(Strict):
    """An overlay and what became of it: proposed, approved by a second person, lifted."""

    overlay: Overlay
    proposed_by: str
    proposed_at: datetime
    approved_by: str | None = None
    approved_at: datetime | None = None
    lifted_by: str | None = None
    lifted_at: datetime | None = None

    @property
    def id(self) -> str:
        return self.overlay.overlay

    @property
    def state(self) -> Literal["proposed", "approved", "lifted"]:
        return "lifted" if self.lifted_at else "approved" if self.approved_at else "proposed"


# ---- who decides -------------------------------------------------------------------------------------------------------------


def propose(overlay: Overlay, stands: Standing | None, person: str, roles: Iterable[str], at: datetime) -> Standing:
    """Raises NotAllowed, Conflict (the name stands with other content)."""
    check_deed("propose_overlay", roles)
    if stands is None:
        return Standing(overlay=overlay, proposed_by=person, proposed_at=at)
    if stands.overlay != overlay:
        raise Conflict(f"overlay {overlay.overlay} stands with other content; give it another name", code="other_content")
    return stands


def approve(stands: Standing, sha256: str, person: str, roles: Iterable[str], at: datetime) -> Standing:
    """Raises NotAllowed, NotNow (approved already, other bytes), FourEyes."""
    check_deed("approve_overlay", roles)
    if stands.state != "proposed":
        raise NotNow(f"overlay {stands.id} is {stands.state} already", code="already_approved")
    if stands.overlay.sha256 != sha256:
        raise NotNow("these are not the bytes that were proposed", code="other_overlay", sha256=stands.overlay.sha256)
    if stands.proposed_by == person:
        raise FourEyes("the proposer of an overlay cannot approve it", code="four_eyes")
    return stands.model_copy(update={"approved_by": person, "approved_at": at})


def lift(stands: Standing, person: str, roles: Iterable[str], at: datetime) -> Standing:
    """Raises NotAllowed, NotNow (not approved, lifted already). One person lifts: it gives back what was taken."""
    check_deed("lift_overlay", roles)
    if stands.state != "approved":
        raise NotNow(f"overlay {stands.id} is {stands.state}", code="not_approved")
    return stands.model_copy(update={"lifted_by": person, "lifted_at": at})


# ---- whom it concerns, and how -----------------------------------------------------------------------------------------------


def why_not(overlay: Overlay, state: HireState) -> str:
    """Why this hire is not concerned, as a code; empty when it is."""
    if state.ended or state.stage is None:
        return "case_closed"
    if state.case in overlay.exempt:
        return "exempt"
    if (overlay.vacancy and overlay.vacancy != state.vacancy) or (overlay.stages and state.stage not in overlay.stages):
        return "out_of_scope"
    return "applied_already" if overlay.overlay in state.overlays else ""


def figures_of(overlay: Overlay, rules: Rules) -> dict[str, DeadlineRule]:
    """The deadlines' figures under this overlay, for a hire that stands under `rules`."""
    if overlay.kind == "fast_track":
        return {"interview": rules.figures("interview_fast_track")}
    given = {key: each.model_dump(exclude_none=True) for key, each in overlay.figures.items()}
    return {key: rules.figures(key).model_copy(update=new) for key, new in given.items()}


def under(rules: Rules, figures: Mapping[str, DeadlineRule]) -> Rules:
    """The policy with these figures in place of its own."""
    return rules.model_copy(update={"deadlines": {**rules.deadlines, **figures}})


def brief(stands: Standing) -> dict[str, Any]:
    names = ("proposed_by", "proposed_at", "approved_by", "approved_at", "lifted_by", "lifted_at")
    about = stands.overlay.model_dump(mode="json")
    return {**about, "state": stands.state, "sha256": stands.overlay.sha256, **{name: getattr(stands, name) for name in names}}
