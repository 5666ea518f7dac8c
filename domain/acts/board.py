"""What the members of a selection board do to one candidate: each scores alone, and the mark is the mean (`recruitment.md` §3, §6)."""

from typing import Annotated

from pydantic import Field

from domain import facts as f
from domain.acts.table import BOARD, Args, act
from domain.errors import BadInput, NotNow
from domain.hire import HireState
from domain.messages import ActRequest
from domain.moment import Moment
from domain.stages import Facts
from domain.words import Stage

Points = Annotated[int, Field(ge=0, le=100)]


class Score(Args):
    """Points from 0 to 100 per competency and per desirable criterion of the notice, by their numbers in it ("1" is the first)."""

    competencies: dict[str, Points] = Field(min_length=1)
    desirable: dict[str, Points] = Field(default_factory=dict)


@act("score", BOARD, frozenset({Stage.ASSESSMENT, Stage.INTERVIEW}), Score)
def _score(s: HireState, a: Score, r: ActRequest, m: Moment) -> Facts:
    """Score the candidate against the notice's competencies, each member for themselves; desirable criteria can only add to the picture."""
    if s.stage is Stage.ASSESSMENT and not s.assessment_answered:
        raise NotNow("the candidate has not answered the assessment", code="not_answered")
    if s.stage is Stage.INTERVIEW and not s.interview_held:
        raise NotNow("the interview is not on record yet", code="not_held")
    spec = m.published.spec
    _numbers("competencies", a.competencies, len(spec.competencies))
    _numbers("desirable", a.desirable, len(spec.desirable))
    assert s.stage is not None
    return [f.CandidateScored(member=r.person, stage=s.stage, competencies=a.competencies, desirable=a.desirable)]


def _numbers(what: str, given: dict[str, int], there: int) -> None:
    known = {str(n) for n in range(1, there + 1)}
    if wrong := sorted(set(given) - known):
        right = f"1 to {there}" if there else "none"
        raise BadInput(f"the notice's {what} are numbered {right}, not {', '.join(wrong)}", code="bad_arguments", field=what)


def mean_of(scores: dict[str, f.CandidateScored]) -> int | None:
    """The board's mark: the mean of what each member gave on average, rounded half up; None while nobody scored."""
    means = [sum(points) / len(points) for each in scores.values() if (points := [*each.competencies.values(), *each.desirable.values()])]
    return int(sum(means) / len(means) + 0.5) if means else None
