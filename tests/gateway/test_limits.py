"""How much is taken: each sender its own, strangers theirs, and nobody can use up what is another's."""

from collections.abc import Callable
from datetime import UTC, datetime

import httpx
import pytest

from config.partners import Partner
from config.settings import Settings
from gateway.certificates import Edges
from gateway.limits import Limits, Rate, Rates, TooMany
from gateway.wiring import rates_of
from store.database import Database
from tests.domain.event_samples import event
from tests.gateway.door import Caller, door, key_of, partners, signed
from tests.gateway.proofs import EDGE, EDGES

HERE, THERE = "192.0.2.1", "192.0.2.2"
RATES = Rates(sender=Rate(60, 5), everybody=Rate(600, 20), unproved=Rate(60, 3), strangers=Rate(60, 10))


class Watch:
    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def limits(watch: Watch) -> Limits:
    return Limits(RATES, watch)


def _until_refused(once: Callable[[], None], at_most: int = 100) -> tuple[int, str, int]:
    """How often it went, and what was said then."""
    for number in range(at_most):
        try:
            once()
        except TooMany as refused:
            return number, refused.code, refused.retry_after_s
    return at_most, "", 0


def _proving(limits: Limits, address: str, name: str, own: Rate | None = None) -> Callable[[], None]:
    def once() -> None:
        limits.check((address, name), own)
        limits.proved((address, name), own)

    return once


def _failing(limits: Limits, address: str, name: str) -> Callable[[], None]:
    def once() -> None:
        limits.check((address, name))
        limits.failed((address, name))

    return once


def test_a_sender_may_send_its_burst_and_then_its_rate(limits: Limits, watch: Watch) -> None:
    send = _proving(limits, HERE, "portal")
    assert _until_refused(send) == (5, "sender_rate", 1)
    watch.at += 3
    assert _until_refused(send) == (3, "sender_rate", 1)
    watch.at += 3600
    assert _until_refused(send)[0] == 5


def test_a_sender_has_one_bucket_wherever_it_sends_from_and_another_sender_has_its_own(limits: Limits) -> None:
    assert _until_refused(_proving(limits, HERE, "portal"))[0] == 5
    assert _until_refused(_proving(limits, THERE, "portal"))[0] == 0
    assert _until_refused(_proving(limits, HERE, "medical"))[0] == 5


def test_a_partners_own_rate_counts_in_place_of_the_usual(limits: Limits) -> None:
    assert _until_refused(_proving(limits, HERE, "portal", Rate(0.5, 2))) == (2, "sender_rate", 120)


def test_all_together_have_a_bound_too(limits: Limits) -> None:
    sent = sum(_until_refused(_proving(limits, HERE, f"sender-{n}"), 4)[0] for n in range(10))
    assert sent == 20
    assert _until_refused(_proving(limits, HERE, "another"))[1] == "total_rate"


def test_an_attack_in_a_partners_name_takes_nothing_from_the_partner(limits: Limits) -> None:
    assert _until_refused(_failing(limits, THERE, "portal")) == (3, "unproved_rate", 1)
    assert _until_refused(_proving(limits, HERE, "portal"))[0] == 5


def test_a_flood_from_many_addresses_shuts_out_only_who_comes_for_the_first_time(limits: Limits) -> None:
    _proving(limits, HERE, "portal")()
    for number in range(10):
        _failing(limits, f"198.51.100.{number}", "portal")()
    with pytest.raises(TooMany, match="Retry-After") as refused:
        _failing(limits, "198.51.100.99", "portal")()
    assert refused.value.code == "stranger_rate"
    _proving(limits, HERE, "portal")()
    with pytest.raises(TooMany):
        _proving(limits, THERE, "portal")()


def test_a_proof_forgives_the_failures_before_it(limits: Limits) -> None:
    """One machine of a partner still signs with the key that was revoked; the others, behind the same address, go on."""
    for _ in range(5):
        _failing(limits, HERE, "portal")()
        _failing(limits, HERE, "portal")()
        _proving(limits, HERE, "portal")()


def test_what_is_remembered_is_bounded(limits: Limits) -> None:
    wide = Limits(Rates(*[Rate(1e9, 1e9)] * 4))
    for number in range(25_000):
        _failing(wide, f"address-{number}", "portal")()
        _proving(wide, f"address-{number}", f"sender-{number}")()
    assert max(len(wide._unproved._kept), len(wide._senders._kept), len(wide._known)) <= 10_000


# ---- at the door -----------------------------------------------------------------------------------------------------------


def _door(db: Database, known: dict[str, Partner] | None = None, edges: Edges | None = None) -> Callable[[str], httpx.AsyncClient]:
    """A door with the narrow rates, to be called from any address."""
    app = door(db, known or partners(), edges, RATES)
    return lambda peer: httpx.AsyncClient(transport=httpx.ASGITransport(app=app, client=(peer, 1)), base_url="http://gateway")


async def test_too_many_are_told_when_to_come_again(db: Database) -> None:
    async with _door(db)(HERE) as http:
        answers = [await Caller(http).send(event("application.submitted")) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [202] * 5 + [429]
    refused = answers[-1]
    assert refused.headers["content-type"] == "application/problem+json"
    assert (refused.json()["code"], refused.headers["retry-after"]) == ("sender_rate", "1")


async def test_a_stranger_in_a_partners_name_is_slowed_and_the_partner_is_not(db: Database) -> None:
    body = event("application.submitted")
    at = _door(db)
    async with at(THERE) as attacker, at(HERE) as honest:
        forged = [await Caller(attacker).post(body, signed(body, "evt-1", key=key_of("nobody"))) for _ in range(5)]
        assert [answer.status_code for answer in forged] == [401] * 3 + [429] * 2
        assert (await Caller(honest).send(body)).status_code == 202


async def test_behind_a_trusted_edge_callers_are_told_apart_and_elsewhere_nobody_chooses_an_address(db: Database) -> None:
    body = event("application.submitted")

    async def forged(http: httpx.AsyncClient, caller: str) -> int:
        headers = signed(body, "evt-1", key=key_of("nobody")) | {"x-forwarded-for": caller}
        return (await Caller(http).post(body, headers)).status_code

    at = _door(db, edges=EDGES)
    async with at(EDGE) as edge, at(HERE) as elsewhere:
        assert [await forged(edge, f"203.0.113.9, {THERE}") for _ in range(4)] == [401] * 3 + [429]
        assert await forged(edge, HERE) == 401
        assert [await forged(elsewhere, f"203.0.113.{n}") for n in range(4)] == [401] * 2 + [429] * 2


async def test_the_partners_entry_sets_its_own_rate(db: Database) -> None:
    known = partners()
    known["portal"] = known["portal"].model_copy(update={"burst": 1, "rate_per_minute": 0.1})
    async with _door(db, known)(HERE) as http:
        body = event("application.submitted")
        answers = [await Caller(http).post(body, signed(body, "evt-1", at=datetime.now(UTC))) for _ in range(2)]
    assert [(answer.status_code, answer.headers.get("retry-after")) for answer in answers] == [(202, None), (429, "600")]


def test_the_usual_rates_are_far_above_what_a_demonstration_sends() -> None:
    usual = rates_of(Settings().rates)
    assert usual.sender.burst >= 1000
    assert usual.everybody.per_minute >= usual.sender.per_minute
