"""The one act about imported hires: which post one shall have whose own was not to be had."""

from domain import facts as f
from domain.acts.table import HR, Args, Reference, act
from domain.errors import NotNow
from domain.hire import HireState
from domain.messages import ActRequest
from domain.moment import Moment
from domain.reentry import HOLDING
from domain.stages import Facts


class Claim(Args):
    post: Reference


@act("claim_post", HR, HOLDING, Claim)
def _claim(s: HireState, a: Claim, r: ActRequest, m: Moment) -> Facts:
    """Claim a post of the vacancy for an imported hire whose own was not to be had; the vacancy reserves it or says why not."""
    if not s.post_refused:
        raise NotNow("no post was refused to this hire", code="no_post_refused")
    return [f.PostClaimed(post=a.post)]
