"""Signing in to the console, on both engines: what counts once, what ends, and what tells a stranger nothing."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from acts.sessions import NotSignedIn, SessionBook, csrf_token
from domain.errors import BadInput, NotFound
from domain.sessions import FIRST_REST, LONGEST_REST, TRIES, Bounds, How, rest_after
from domain.words import Role
from store.database import Database
from store.people import People
from store.tables import passwords, sessions, sign_in_links
from tests.store.making import NOON

PASSWORD = "correct horse battery"


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def passes(self, **time: float) -> None:
        self.now += timedelta(**time)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def book(db: Database, clock: Callable[[], datetime]) -> SessionBook:
    people = People(db)
    await people.put_staff("helga", "Helga Lind", "helga@example.org", [Role.HR_OFFICER])
    return SessionBook(db, people, Bounds(), clock)


async def test_a_link_signs_in_once(book: SessionBook) -> None:
    secret = await book.link("helga")
    assert await book.whose_link(secret) == "helga"
    session, cookie = await book.by_link(secret)
    assert (session.person, session.how) == ("helga", How.LINK)
    assert (await book.proved(cookie)).session == session.session
    assert await book.whose_link(secret) is None
    with pytest.raises(NotSignedIn, match="used already"):
        await book.by_link(secret)


async def test_a_link_counts_for_a_quarter_of_an_hour(book: SessionBook, clock: Clock) -> None:
    secret = await book.link("helga")
    clock.passes(minutes=15)
    assert await book.whose_link(secret) is None
    with pytest.raises(NotSignedIn):
        await book.by_link(secret)


async def test_a_session_ends_unused_and_at_the_latest_after_a_working_day(book: SessionBook, clock: Clock) -> None:
    _, cookie = await book.begin("helga", How.LINK)
    for _ in range(47):
        clock.passes(minutes=10)
        await book.proved(cookie)
    clock.passes(minutes=10)
    with pytest.raises(NotSignedIn) as caught:
        await book.proved(cookie)
    assert caught.value.code == "session_expired"
    _, other = await book.begin("helga", How.LINK)
    clock.passes(minutes=15)
    with pytest.raises(NotSignedIn) as caught:
        await book.proved(other)
    assert caught.value.code == "session_idle"


async def test_signing_out_ends_the_session_at_the_next_request(book: SessionBook) -> None:
    session, cookie = await book.begin("helga", How.LINK)
    await book.end(session)
    with pytest.raises(NotSignedIn) as caught:
        await book.proved(cookie)
    assert caught.value.code == "session_ended"


async def test_a_proof_is_fresh_for_five_minutes(book: SessionBook, clock: Clock) -> None:
    session, _ = await book.begin("helga", How.LINK)
    clock.passes(minutes=4, seconds=59)
    assert book.fresh(session)
    clock.passes(seconds=1)
    assert not book.fresh(session)


async def test_nobody_is_signed_in_who_does_not_work_here(book: SessionBook) -> None:
    with pytest.raises(NotFound):
        await book.link("mallory")
    with pytest.raises(NotSignedIn):
        await book.begin("mallory", How.PROVIDER)


async def test_a_password_signs_in_and_a_wrong_one_says_what_an_unknown_person_is_told(book: SessionBook) -> None:
    await book.set_password("helga", PASSWORD)
    session, _ = await book.by_password("helga", PASSWORD)
    assert session.how is How.PASSWORD
    told = []
    for person, password in (("helga", "wrong horse battery"), ("mallory", PASSWORD)):
        with pytest.raises(NotSignedIn) as caught:
            await book.by_password(person, password)
        told.append((caught.value.code, caught.value.message))
    assert told[0] == told[1]


async def test_an_account_rests_after_wrong_passwords_even_from_the_right_one(book: SessionBook, clock: Clock) -> None:
    await book.set_password("helga", PASSWORD)
    for _ in range(TRIES):
        with pytest.raises(NotSignedIn):
            await book.by_password("helga", "wrong horse battery")
    with pytest.raises(NotSignedIn):
        await book.by_password("helga", PASSWORD)
    clock.now += FIRST_REST
    await book.by_password("helga", PASSWORD)


async def test_a_new_password_ends_every_session(book: SessionBook) -> None:
    _, cookie = await book.begin("helga", How.LINK)
    await book.set_password("helga", PASSWORD)
    with pytest.raises(NotSignedIn):
        await book.proved(cookie)


@pytest.mark.parametrize(
    ("password", "code"), [("short", "password_length"), ("x" * 201, "password_length"), ("helga-is-great", "password_guessable")]
)
async def test_a_weak_password_is_refused(book: SessionBook, password: str, code: str) -> None:
    with pytest.raises(BadInput) as caught:
        await book.set_password("helga", password)
    assert caught.value.code == code


async def test_an_identity_of_a_provider_signs_in_whom_it_was_linked_to(book: SessionBook) -> None:
    with pytest.raises(NotSignedIn) as caught:
        await book.by_provider("https://id.example.org", "248289761001", None)
    assert caught.value.code == "identity_unknown"
    await book.link_identity("helga", "https://id.example.org", "248289761001")
    session, _ = await book.by_provider("https://id.example.org", "248289761001", None)
    assert (session.person, session.how) == ("helga", How.PROVIDER)
    with pytest.raises(NotSignedIn):
        await book.by_provider("https://other.example.org", "248289761001", None)


async def test_no_secret_is_kept(book: SessionBook, db: Database) -> None:
    link = await book.link("helga")
    _, cookie = await book.by_link(link)
    await book.set_password("helga", PASSWORD)
    kept = await db.read(lambda rx: repr([rx.execute(select(table)).all() for table in (sessions, sign_in_links, passwords)]))
    assert "helga" in kept
    assert not any(secret in kept for secret in (link, cookie, PASSWORD, csrf_token(cookie)))


def test_the_rest_doubles_up_to_an_hour() -> None:
    assert [rest_after(n) for n in (0, TRIES - 1)] == [timedelta()] * 2
    assert [rest_after(TRIES + n) for n in (0, 1, 2)] == [FIRST_REST, FIRST_REST * 2, FIRST_REST * 4]
    assert rest_after(1000) == LONGEST_REST
