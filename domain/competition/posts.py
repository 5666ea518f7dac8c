"""Posts given to a vacancy later, or taken from it: one person proposes, another decides (`recruitment.md` §1)."""

from typing import Annotated

from pydantic import Field

from domain import facts as f
from domain.acts.table import HR, Args, Reason, Reference
from domain.competition.table import act
from domain.competition.turnout import Competition, Turnout, completed
from domain.errors import BadInput, FourEyes, NotNow
from domain.grades import grade, neighbours
from domain.messages import ActRequest
from domain.posts import PostSpec
from domain.vacancy import VacancyState
from domain.words import PostKind, PostState, Role


class AddPost(Args):
    """`policy` is the content hash of the policy now in force, which the door looks up: the post is given under it."""

    post: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
    kind: PostKind
    grade_low: Reference
    grade_high: Reference
    division: Reference = ""
    role_profile: Reference = ""
    funded: bool = True
    policy: Reference = ""


class WithdrawPost(Args):
    post: Reference
    reason: Reason


class DecidePost(Args):
    post: Reference
    approved: bool
    reason: Reason = "as_proposed"


@act("add_post", HR, AddPost)
def _add(c: Competition, args: AddPost, request: ActRequest) -> Turnout:
    """Propose a further post for this vacancy; it is there once another person has approved it."""
    if args.post in c.state.posts or args.post in c.state.proposed:
        raise NotNow(f"vacancy {c.state.reference} has a post {args.post} already", code="post_exists")
    low, high = grade(args.grade_low), grade(args.grade_high)
    if low != high and not neighbours(low, high):
        raise BadInput(f"{low} and {high}: twin grades are neighbours on one ladder, the lower first", code="no_twin", field="grade_high")
    spec = PostSpec(
        id=args.post,
        kind=args.kind,
        grade_low=low,
        grade_high=high,
        division=args.division,
        role_profile=args.role_profile,
        funded=args.funded,
    )
    return Turnout([f.PostProposed(post=args.post, change="add", spec=spec, policy=args.policy, reason="further_post")])


@act("withdraw_post", HR, WithdrawPost)
def _withdraw(c: Competition, args: WithdrawPost, request: ActRequest) -> Turnout:
    """Propose to take an open post from this vacancy; it is gone once another person has approved it."""
    _open(c.state, args.post)
    if args.post in c.state.proposed:
        raise NotNow(f"a change of post {args.post} waits for its decision already", code="already_proposed")
    return Turnout([f.PostProposed(post=args.post, change="withdraw", reason=args.reason)])


def _may_decide(state: VacancyState, args: DecidePost, request: ActRequest) -> None:
    proposal = state.proposed.get(args.post)
    if proposal is None:
        raise NotNow(f"no change of post {args.post} waits for a decision", code="nothing_proposed")
    if proposal.by in request.eyes:
        raise FourEyes("who proposes a change of the posts cannot decide it", code="four_eyes")


@act("decide_post", frozenset({Role.HR_HEAD, Role.APPOINTING_AUTHORITY}), DecidePost, _may_decide, approval=True)
def _decide(c: Competition, args: DecidePost, request: ActRequest) -> Turnout:
    """Approve or refuse a further post, or the withdrawal of one, that another person proposed."""
    proposal = c.state.proposed[args.post]
    fact = proposal.fact
    if not args.approved:
        return Turnout([f.PostProposalRefused(post=args.post, reason=args.reason)])
    if fact.spec is not None:
        return Turnout([f.PostAdded(post=args.post, spec=fact.spec, proposed_by=proposal.by, policy=fact.policy)])
    _open(c.state, args.post)
    return completed(c.state, Turnout([f.PostWithdrawn(post=args.post, reason=fact.reason)]))


def _open(state: VacancyState, post: str) -> None:
    if post not in state.posts:
        raise BadInput(f"vacancy {state.reference} has no post {post}", code="unknown_post", field="post")
    now = state.posts[post].state
    if now is not PostState.OPEN:
        raise NotNow(f"post {post} is {now}: only an open post is withdrawn", code="post_not_open")
