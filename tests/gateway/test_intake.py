"""Events at the machines' door: what is taken is on disk and promised, what is refused leaves no trace and is not repeated."""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from connectors.signatures import SigningKey
from domain.errors import StoreUnavailable
from domain.events import PartnerKind, catalogue, cloud_event
from gateway import intake
from gateway.app import Parts, create_app
from gateway.intake import Intake
from gateway.receipts import Receipts, receipt_holds
from store.arrivals import Acceptance, Arrival, MakeReceipt
from store.clock import DoorClock
from store.database import Database
from store.inbox import Inbox
from tests.domain.event_samples import APPLICATION, DATA, SENDER, VACANCY, event
from tests.gateway.door import OURS, Caller, door, key_of, prover, query, rows, signed

CANARY = "Wörterschatz"


# ---- what is taken -------------------------------------------------------------------------------------------------------


async def test_an_application_is_on_disk_when_its_receipt_is_given(caller: Caller, store: Path) -> None:
    body = event("application.submitted", "evt-1")
    before = datetime.now(UTC)
    answer = await caller.send(body)
    assert (answer.status_code, answer.headers["content-type"]) == (202, "application/json")
    receipt = answer.json()
    assert set(receipt) == {"event", "source", "sha256", "received_at", "case", "key_id", "signature"}
    assert (receipt["event"], receipt["source"], receipt["sha256"]) == ("evt-1", "portal", hashlib.sha256(body).hexdigest())
    assert before <= datetime.fromisoformat(receipt["received_at"]) <= datetime.now(UTC)
    assert receipt["case"].startswith("hire/")
    assert receipt_holds(receipt, OURS.verifying())
    assert query(store, "SELECT source, event_id, type, case_id, state, key_id FROM inbox") == [
        ("portal", "evt-1", "application.submitted", receipt["case"], "open", "portal-1")
    ]
    assert query(store, "SELECT body FROM payloads") == [(body,)]


async def test_personal_data_stands_only_in_the_personal_tables(caller: Caller, store: Path) -> None:
    await caller.send(event("application.submitted"))
    for table in ("inbox", "cases", "outbox", "journal"):
        everything = repr(query(store, f"SELECT * FROM {table}"))
        for secret in ("Example", "zoe@", "Économie", "Ministry", "First line", "cand-0001"):
            assert secret not in everything
    assert query(store, "SELECT name, email, language FROM people") == [("Zoë O’Example", "zoe@people.example", "fr")]
    assert "contact" not in json.loads(query(store, "SELECT body FROM applications")[0][0])


async def test_every_event_is_taken_from_a_partner_that_may_send_it_and_from_no_other(caller: Caller, store: Path) -> None:
    case = (await caller.send(event("application.submitted", "first"))).json()["case"]
    number = 0
    for kind, model in catalogue().items():
        for partner_kind, partner in SENDER.items():
            number += 1
            subject = case if model.SUBJECT == "hire" else VACANCY
            body = cloud_event(f"evt-{number}", partner, kind, subject, DATA[kind])
            answer = await caller.send(body, partner)
            allowed = PartnerKind(partner_kind) in model.SENDERS
            assert answer.status_code == (202 if allowed else 403), (kind, partner, answer.text)
            assert query(store, "SELECT count(*) FROM inbox WHERE event_id = ?", f"evt-{number}") == [(int(allowed),)]


async def test_a_decision_about_a_post_goes_to_the_vacancys_case(caller: Caller) -> None:
    answer = await caller.send(event("budget.decided", "b-1", "budget"), "budget")
    assert answer.json()["case"] == VACANCY


async def test_a_repeat_gets_the_same_receipt_to_the_byte(caller: Caller, store: Path) -> None:
    body = event("application.submitted")
    first = await caller.send(body)
    counts = rows(store)
    later = signed(body, "evt-1", at=datetime.now(UTC) + timedelta(seconds=30))
    again = await caller.post(body, later)
    assert (again.status_code, again.content) == (202, first.content)
    assert rows(store) == counts


async def test_twenty_at_once_are_one_event_and_one_receipt(caller: Caller, store: Path) -> None:
    body = event("application.submitted")
    answers = await asyncio.gather(*(caller.send(body) for _ in range(20)))
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.content for answer in answers}) == 1
    assert query(store, "SELECT count(*) FROM inbox") == [(1,)]
    assert query(store, "SELECT count(*) FROM people") == [(1,)]
    assert query(store, "SELECT count(*) FROM payloads") == [(1,)]


async def test_the_same_id_for_other_bytes_is_a_conflict(caller: Caller, store: Path) -> None:
    await caller.send(event("application.submitted"))
    counts = rows(store)
    answer = await caller.send(event("application.submitted", role_profiles=[CANARY]))
    _refused(answer, 409, "other_content")
    assert rows(store) == counts


async def test_two_partners_may_use_the_same_id(caller: Caller) -> None:
    case = (await caller.send(event("application.submitted", "same"))).json()["case"]
    body = cloud_event("same", "hris", "duty.entered", case, DATA["duty.entered"])
    assert (await caller.send(body, "hris")).status_code == 202


async def test_receipt_is_dated_by_the_doors_clock_and_signatures_by_the_systems(caller: Caller, db: Database) -> None:
    moment = datetime(2031, 2, 3, 4, 5, 6, tzinfo=UTC)
    await DoorClock(db).set(moment)
    receipt = (await caller.send(event("application.submitted"))).json()
    assert receipt["received_at"] == "2031-02-03T04:05:06.000000Z"
    _refused(await caller.post(event("offer.answered"), signed(event("offer.answered"), "evt-1", at=moment)), 401, "timestamp_out_of_range")


# ---- what is refused -----------------------------------------------------------------------------------------------------


def _refused(answer: httpx.Response, status: int, code: str) -> None:
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status
    assert {"type", "title", "detail", "trace_id"} <= set(answer.json())
    assert CANARY not in answer.text
    assert CANARY.encode("unicode-escape").decode() not in answer.text


GOOD = event("application.submitted", role_profiles=[CANARY])


def _body(change: Callable[[dict[str, Any]], Any]) -> bytes:
    envelope = json.loads(GOOD)
    change(envelope)
    return json.dumps(envelope).encode()


def _with(body: bytes, **headers: str | None) -> tuple[bytes, dict[str, str]]:
    """A signed request; headers given replace, None removes."""
    changed = {**signed(body, "evt-1"), **{name.replace("_", "-"): value for name, value in headers.items()}}
    return body, {name: value for name, value in changed.items() if value is not None}


def _signed(after: timedelta) -> tuple[bytes, dict[str, str]]:
    """Signed so long from now."""
    return GOOD, signed(GOOD, "evt-1", at=datetime.now(UTC) + after)


def refused() -> dict[str, tuple[tuple[bytes, dict[str, str]], int, str]]:
    """What is refused, with status and code. Signed when asked: a signature made at import is too old when a long run comes to it."""
    return {
        "no sender": (_with(GOOD, muster_partner=None), 401, "sender_missing"),
        "a sender nobody knows": (_with(GOOD, muster_partner="stranger"), 401, "sender_unknown"),
        "a sender that is no name": (_with(GOOD, muster_partner="../portal"), 401, "sender_missing"),
        "no signature": (_with(GOOD, webhook_signature=None), 401, "header_missing"),
        "no id": (_with(GOOD, webhook_id=None), 401, "header_missing"),
        "no timestamp": (_with(GOOD, webhook_timestamp=None), 401, "header_missing"),
        "a float as timestamp": (_with(GOOD, webhook_timestamp="1763812800.5"), 401, "header_malformed"),
        "a signature that is none": (_with(GOOD, webhook_signature="v1a,AAAA"), 401, "header_malformed"),
        "another sender's key": ((GOOD, signed(GOOD, "evt-1", key=key_of("medical"))), 401, "no_key_fits"),
        "another sender's name": ((GOOD, {**signed(GOOD, "evt-1"), "muster-partner": "medical"}), 401, "no_key_fits"),
        "a revoked key": ((GOOD, signed(GOOD, "evt-1", key=key_of("portal", "0"))), 401, "no_key_fits"),
        "a public key as secret": (
            (GOOD, signed(GOOD, "evt-1", key=SigningKey("x", "hmac-sha256", key_of("portal").verifying().material))),
            401,
            "no_key_fits",
        ),
        "signed 301 seconds ago": (
            _signed(timedelta(seconds=-311)),
            401,
            "timestamp_out_of_range",
        ),
        "signed in the future": (_signed(timedelta(hours=2)), 401, "timestamp_out_of_range"),
        "another body": ((GOOD + b" ", signed(GOOD, "evt-1")), 401, "no_key_fits"),
        "another id": ((GOOD, signed(GOOD, "evt-2")), 400, "id_mismatch"),
        "another source": (
            (event("duty.entered", source="hris"), signed(event("duty.entered", source="hris"), "evt-1")),
            403,
            "source_mismatch",
        ),
        "a type it may not send": ((event("medical.replied"), signed(event("medical.replied"), "evt-1")), 403, "type_not_allowed"),
        "plain JSON": (_with(GOOD, content_type="application/json"), 415, "wrong_media_type"),
        "a batch": (_with(GOOD, content_type="application/cloudevents-batch+json"), 415, "wrong_media_type"),
        "no media type": (_with(GOOD, content_type=None), 415, "wrong_media_type"),
        "binary mode": (_with(b"{}", content_type="application/json", ce_type="int.muster.offer.answered"), 415, "wrong_media_type"),
        "compressed": (_with(GOOD, content_encoding="gzip"), 415, "wrong_media_type"),
        "another character set": (_with(GOOD, content_type="application/cloudevents+json; charset=latin-1"), 415, "wrong_media_type"),
        "nothing": (_with(b""), 400, "not_json"),
        "half an object": (_with(GOOD[:-1]), 400, "not_json"),
        "a key twice": (_with(GOOD[:-1] + b',"id":"evt-1"}'), 400, "duplicate_key"),
        "NaN": (_with(b'{"data":NaN}'), 400, "not_finite"),
        "a NUL": (_with(GOOD.replace(CANARY.encode(), b"\\u0000")), 400, "bad_character"),
        "half a character": (_with(GOOD.replace(CANARY.encode(), b"\\ud800")), 400, "bad_character"),
        "Latin-1": (_with(GOOD.decode().encode("latin-1", "replace")), 400, "not_utf8"),
        "too deep": (_with(b"[" * 20_000), 400, "too_deep"),
        "an array": (_with(b"[]"), 422, "not_an_object"),
        "an unknown type": (_with(_body(lambda e: e.update(type="int.muster.offer.rejected"))), 422, "unknown_type"),
        "an outbound type": (_with(_body(lambda e: e.update(type="int.muster.hire.ended"))), 422, "unknown_type"),
        "an attribute too many": (_with(_body(lambda e: e.update({CANARY: 1}))), 422, "invalid"),
        "a field too many": (_with(_body(lambda e: e["data"].update({CANARY: CANARY}))), 422, "invalid"),
        "a field too few": (_with(_body(lambda e: e["data"].pop("contact"))), 422, "invalid"),
        "a value of the wrong kind": (_with(_body(lambda e: e["data"].update(channel=CANARY))), 422, "invalid"),
        "the wrong kind of subject": (_with(_body(lambda e: e.update(subject="hire/abcd"))), 422, "wrong_subject"),
        "two vacancies": (_with(_body(lambda e: e["data"].update(vacancy="240655"))), 422, "wrong_subject"),
        "too large": (_with(b" " * (64 * 1024 + 1)), 413, "too_large"),
    }


@pytest.mark.parametrize("name", refused())
async def test_a_refusal_says_why_stores_nothing_and_repeats_nothing(name: str, caller: Caller, store: Path) -> None:
    (body, headers), status, code = refused()[name]
    counts = rows(store)
    _refused(await caller.post(body, headers), status, code)
    assert rows(store) == counts


async def test_an_unproved_sender_is_told_how_to_prove_itself(caller: Caller) -> None:
    answer = await caller.post(GOOD, _with(GOOD, webhook_signature=None)[1])
    assert answer.headers["www-authenticate"].startswith("Webhook")


async def test_a_header_sent_twice_is_refused(caller: Caller) -> None:
    for name in ("muster-partner", "webhook-id", "webhook-signature", "content-type"):
        headers = list(signed(GOOD, "evt-1").items())
        headers.append((name, dict(headers)[name]))
        answer = await caller.http.post("/events", content=GOOD, headers=headers)
        assert answer.status_code in (401, 415), name


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/events", 405),
        ("PUT", "/events", 405),
        ("DELETE", "/events/portal/evt-1", 405),
        ("HEAD", "/livez", 405),
        ("OPTIONS", "/events", 405),
        ("POST", "/events/", 404),
        ("POST", "/", 404),
        ("GET", "/docs", 404),
        ("GET", "/events/portal", 404),
        ("GET", "/events/portal/a/b", 404),
        ("POST", "/events?x=1", 400),
    ],
)
async def test_only_known_addresses_are_open(method: str, path: str, status: int, caller: Caller) -> None:
    answer = await caller.http.request(method, path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert ("allow" in answer.headers) == (status == 405)


async def test_bytes_are_counted_as_they_come(caller: Caller, store: Path) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 1
            yield b"x" * 8192

    answer = await caller.http.post("/events", content=endless(), headers=signed(GOOD, "evt-1"))
    assert (answer.status_code, answer.headers["connection"]) == (413, "close")
    assert sent <= 10


async def test_a_slow_sender_is_let_go(db: Database) -> None:
    async def slow() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.sleep(5)
        yield b"}"

    transport = httpx.ASGITransport(app=door(db, read_seconds=0.05))
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as http:
        answer = await http.post("/events", content=slow(), headers=signed(GOOD, "evt-1"))
    assert (answer.status_code, answer.json()["code"], answer.headers["connection"]) == (408, "too_slow", "close")


# ---- what became of it ---------------------------------------------------------------------------------------------------


async def test_a_sender_may_ask_what_became_of_its_event(caller: Caller, store: Path) -> None:
    receipt = (await caller.send(event("application.submitted"))).json()
    told = (await caller.ask("portal", "evt-1")).json()
    assert told["receipt"] == receipt
    assert (told["state"], told["case"], told["type"], told["closed_at"]) == ("open", receipt["case"], "application.submitted", None)


async def test_nobody_else_may_and_learns_nothing_by_asking(caller: Caller) -> None:
    await caller.send(event("application.submitted"))
    there = await caller.ask("portal", "evt-1", asker="medical")
    not_there = await caller.ask("portal", "evt-2", asker="medical")
    _refused(there, 403, "not_its_sender")
    assert {**there.json(), "trace_id": ""} == {**not_there.json(), "trace_id": ""}
    assert (await caller.http.get("/events/portal/evt-1")).status_code == 401
    _refused(await caller.ask("portal", "evt-1", key=key_of("medical")), 401, "no_key_fits")


async def test_a_signature_for_one_question_is_not_good_for_another(caller: Caller) -> None:
    await caller.send(event("application.submitted"))
    headers = signed(b"GET /events/portal/evt-2", "q-1")
    assert (await caller.http.get("/events/portal/evt-1", headers=headers)).status_code == 401


async def test_an_event_never_accepted_is_not_known(caller: Caller) -> None:
    _refused(await caller.ask("portal", "evt-9"), 404, "unknown_event")
    _refused(await caller.ask("portal", "a.b"), 400, "bad_address")


# ---- the rest of the door ------------------------------------------------------------------------------------------------


async def test_the_door_says_whether_it_lives_and_can_keep_events(caller: Caller) -> None:
    assert (await caller.http.get("/livez")).json() == {"status": "alive"}
    assert (await caller.http.get("/readyz")).json() == {"status": "ready"}


async def test_our_public_key_is_there_for_whoever_checks_a_receipt(caller: Caller) -> None:
    (key,) = (await caller.http.get("/keys")).json()["keys"]
    assert (key["id"], key["algorithm"]) == ("muster-test", "ed25519")
    assert key["public"].startswith("whpk_")


class Broken(Inbox):
    """A store that fails in the given way."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    async def accept(self, arrival: Arrival, make_receipt: MakeReceipt | None = None) -> Acceptance:
        raise self._error


@pytest.mark.parametrize(
    ("error", "status"),
    [(StoreUnavailable(f"disk of {CANARY} full"), 503), (RuntimeError(f"secret {CANARY}"), 500)],
    ids=["trouble", "bug"],
)
async def test_our_own_trouble_is_said_without_its_insides(error: Exception, status: int, db: Database) -> None:
    async def never() -> None:
        raise error

    taking = Intake(prover(), Broken(error), Receipts(OURS), DoorClock(db))
    app = create_app(Parts((intake.routes(taking),), ready=never, keys=()))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app, raise_app_exceptions=False), base_url="http://gateway") as http:
        answer = await http.post("/events", content=GOOD, headers=signed(GOOD, "evt-1"))
        _refused(answer, status, "unavailable" if status == 503 else "internal")
        assert (await http.get("/readyz")).status_code == status
        assert (await http.get("/livez")).status_code == 200
    assert APPLICATION["contact"]["name"] not in answer.text


@pytest.mark.parametrize(
    ("content", "subject"),
    [
        (_body(lambda e: (e["data"].update(vacancy="999999"), e.update(subject="vacancy/999999"))), "vacancy/999999"),
        (event("offer.answered", "evt-1"), json.loads(event("offer.answered"))["subject"]),
    ],
    ids=["a vacancy nobody published", "a hire nobody made"],
)
async def test_an_event_whose_case_is_not_known_here_is_kept_and_waits_visibly(content: bytes, subject: str, caller: Caller) -> None:
    sent = json.loads(content)
    answers = [await caller.send(content) for _ in range(2)]
    assert [(a.status_code, a.json()["case"]) for a in answers] == [(202, subject)] * 2
    assert answers[0].content == answers[1].content, "a repeat gets the first receipt"
    told = (await caller.ask("portal", sent["id"])).json()
    assert (told["state"], told["reason"], [step["state"] for step in told["history"]]) == ("unrouted", "unknown_case", ["accepted"])
