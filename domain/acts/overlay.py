"""Applying a policy overlay to one case, and lifting it (`recruitment.md` §7). Who approved it, and when, is looked up by the step."""

from domain import facts as f
from domain.acts.table import ANY_STAGE, Args, Reference, act
from domain.deeds import KEEPERS
from domain.errors import NotFound, NotNow
from domain.explanation import changes
from domain.hire import HireState
from domain.messages import ActRequest
from domain.moment import Moment
from domain.overlays import Standing, figures_of, under, why_not
from domain.rehearsal import set_anew
from domain.rules import DeadlineRule
from domain.stages import Facts, resumed

#: Acts whose step looks the overlay up.
ABOUT_OVERLAY = ("apply_overlay", "lift_overlay")

REFUSED = {
    "case_closed": "the case has ended",
    "exempt": "this hire is exempt",
    "out_of_scope": "this hire is out of the overlay's scope",
    "applied_already": "the overlay is applied already",
}


class Laid(Args):
    overlay: Reference


@act("apply_overlay", KEEPERS, ANY_STAGE, Laid, on_hold=True, taken_back_by="lift_overlay")
def _apply(s: HireState, a: Laid, r: ActRequest, m: Moment) -> Facts:
    """Apply an approved policy overlay to this hire: its clocks stop, or its open deadlines are counted anew."""
    stands = _standing(a, m)
    if stands.state != "approved" or not stands.approved_by:
        raise NotNow(f"overlay {a.overlay} is {stands.state}", code="not_approved")
    if stands.overlay.effective_from is not None and m.at < stands.overlay.effective_from:
        raise NotNow(f"overlay {a.overlay} takes effect on {stands.overlay.effective_from:%Y-%m-%d}", code="not_yet_effective")
    if reason := why_not(stands.overlay, s):
        raise NotNow(REFUSED[reason], code=reason)
    if s.held:
        raise NotNow("the case is on hold; the overlay is applied when the hold has ended", code="on_hold")
    figures = figures_of(stands.overlay, m.published.rules)
    laid = f.PolicyOverlaid(
        overlay=a.overlay,
        overlay_kind=stands.overlay.kind,
        sha256=stands.overlay.sha256,
        figures=figures,
        reason=stands.overlay.reason,
        proposed_by=f"person:{stands.proposed_by}",
        approved_by=f"person:{stands.approved_by}",
    )
    if stands.overlay.kind == "freeze":
        return [laid, f.Held(reason=stands.overlay.reason, overlay=a.overlay)]
    return [laid, *_anew(s, {**s.figures, **figures}, m, f"figures of overlay {a.overlay}")]


@act("lift_overlay", KEEPERS, ANY_STAGE, Laid, on_hold=True)
def _lift(s: HireState, a: Laid, r: ActRequest, m: Moment) -> Facts:
    """Lift a policy overlay from this hire: its clocks go on, or its open deadlines are counted by its own figures again."""
    stands = _standing(a, m)
    laid = s.overlays.get(a.overlay)
    if laid is None:
        raise NotNow(f"overlay {a.overlay} was not applied to this hire", code="not_applied")
    if stands.state != "lifted":
        raise NotNow(f"overlay {a.overlay} is {stands.state}; lift it first", code="not_lifted")
    if s.held and s.held.overlay == a.overlay:
        return [f.OverlayLifted(overlay=a.overlay), *resumed(s, m)]
    if s.held and laid.figures:
        raise NotNow("the case is on hold; the overlay is lifted when the hold has ended", code="on_hold")
    rest = {key: rule for name, other in s.overlays.items() if name != a.overlay for key, rule in other.figures.items()}
    return [f.OverlayLifted(overlay=a.overlay), *_anew(s, rest, m, f"overlay {a.overlay} lifted")]


def _standing(a: Laid, m: Moment) -> Standing:
    if m.overlay is None or m.overlay.id != a.overlay:
        raise NotFound(f"there is no overlay {a.overlay}", code="unknown_overlay")
    return m.overlay


def _anew(s: HireState, figures: dict[str, DeadlineRule], m: Moment, why: str) -> Facts:
    """Every open deadline these figures move, set anew from its own start; its words say why."""
    moves = set_anew(s, m.published, under(m.published.rules, figures), m.calendar, m.at, m.office)
    return [move.will.model_copy(update={"rule": f"{move.will.rule}{changes(move.was.rule)}, {why}"}) for move in moves]
