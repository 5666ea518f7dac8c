"""The ledger of posts: who holds which, changed only by conditional update in the transaction that writes the fact.

A post that is not in the state a fact supposes refuses the whole step (PostTaken), so no post is ever promised twice.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Connection, CursorResult, Update, exists, insert, select
from sqlalchemy.exc import IntegrityError

from domain import facts as f
from domain.errors import NotFound, PostTaken
from domain.vacancy import PostSpec, VacancySpec
from store.tables import posts, vacancies

Row = dict[str, Any]


def enter_facts(tx: Connection, vacancy: str, facts: Iterable[f.AnyFact]) -> None:
    """Bring the ledger of `vacancy` to where `facts` say, in their order. Raises PostTaken, and NotFound for an unpublished vacancy."""
    for fact in facts:
        match fact:
            case f.VacancyPublished():
                _create(tx, vacancy, fact)
            case f.PostAdded(spec=spec, policy=policy):
                tx.execute(insert(posts), [_row(vacancy, spec) | {"policy": policy}])
            case f.PostReserved() | f.PostFreed() | f.PostFilled() | f.PostWithdrawn() | f.BudgetDecided():
                _move(tx, vacancy, fact)
            case _:
                pass


def _create(tx: Connection, vacancy: str, fact: f.VacancyPublished) -> None:
    kept = tx.execute(select(vacancies.c.spec).where(vacancies.c.reference == vacancy)).scalar_one_or_none()
    if kept is None:
        raise NotFound(f"vacancy {vacancy} was not published", code="unknown_vacancy", vacancy=vacancy)
    spec = VacancySpec.model_validate(kept)
    rows = [_row(vacancy, spec.post(post)) | {"funded": post not in fact.pending_posts} for post in fact.posts]
    if rows:
        tx.execute(insert(posts), rows)


def _row(vacancy: str, spec: PostSpec) -> Row:
    described = spec.model_dump(mode="json", exclude={"id"})
    return {"id": f"{vacancy}/{spec.id}", "vacancy": vacancy, "post": spec.id, **described, "state": "open", "hire": None}


Moving = f.PostReserved | f.PostFreed | f.PostFilled | f.PostWithdrawn | f.BudgetDecided


def _move(tx: Connection, vacancy: str, fact: Moving) -> None:
    taken = PostTaken(f"{fact.kind}: post {fact.post} of {vacancy} is not in a state for that", vacancy=vacancy, post=fact.post)
    try:
        result: CursorResult[Any] = tx.execute(_change(fact).where(posts.c.id == f"{vacancy}/{fact.post}"))
    except IntegrityError as error:  # another transaction has just given this hire another post
        raise taken from error
    if result.rowcount != 1:
        raise taken


def _change(fact: Moving) -> Update:
    match fact:
        case f.PostReserved(hire=hire):
            other = posts.alias("other")  # one living hire per post, and one post per hire
            none_yet = ~exists().where(other.c.hire == hire)
            return posts.update().where(posts.c.state == "open", none_yet).values(state="reserved", hire=hire)
        case f.PostFilled(hire=hire):
            return posts.update().where(_held_by(hire), posts.c.state == "reserved").values(state="filled")
        case f.PostFreed(hire=hire):
            return posts.update().where(_held_by(hire), posts.c.state == "reserved").values(state="open", hire=None)
        case f.PostWithdrawn():
            return posts.update().where(posts.c.state == "open").values(state="withdrawn")  # a reserved one is freed first
        case f.BudgetDecided(approved=approved):
            return posts.update().where(posts.c.state.in_(("open", "reserved"))).values(funded=approved)


def _held_by(hire: str) -> ColumnElement[bool]:
    return posts.c.hire == hire
