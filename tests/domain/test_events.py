"""The events a partner may send: taken strictly, refused without repeating a word of them, thin where histories are concerned."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from domain import announcements
from domain.errors import BadInput
from domain.events import OUTBOUND, NotAnEvent, PartnerKind, UnknownType, catalogue, cloud_event, parse, sendable_by
from domain.strict_json import MAX_DEPTH, NotStrictJson, loads
from tests.domain.event_samples import APPLICATION, DATA, HIRE, VACANCY, event

THIN_TEXT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/+-]{0,79}")


def test_every_inbound_type_of_the_rules_has_a_model_and_an_example() -> None:
    assert set(catalogue()) == set(DATA)
    assert len(catalogue()) == 33


def test_what_goes_out_and_what_comes_in_never_share_a_type() -> None:
    assert len(set(OUTBOUND)) == len(OUTBOUND)
    assert not set(OUTBOUND) & set(catalogue())


@pytest.mark.parametrize("kind", DATA)
def test_the_example_of_each_type_is_taken(kind: str) -> None:
    inbound = parse(event(kind))
    assert inbound.type == kind
    assert inbound.envelope.subject == (VACANCY if inbound.data.SUBJECT == "vacancy" else HIRE)


@pytest.mark.parametrize("kind", DATA)
def test_the_thin_part_is_plain_json_without_free_text_or_names(kind: str) -> None:
    thin = parse(event(kind)).data.thin()
    assert json.loads(json.dumps(thin)) == thin

    def words(value: Any) -> list[str]:
        if isinstance(value, dict):
            return [word for each in value.values() for word in words(each)]
        if isinstance(value, list):
            return [word for each in value for word in words(each)]
        assert value is not None
        return [value] if isinstance(value, str) else []

    assert all(THIN_TEXT.fullmatch(word) for word in words(thin))


def test_an_application_leaves_only_its_routing_in_history() -> None:
    assert parse(event("application.submitted")).data.thin() == {
        "channel": "public",
        "serving": False,
        "seconded_by": "FR",
        "nations": ["BE", "FR"],
    }


def test_a_serving_member_of_staff_is_known_by_status() -> None:
    candidate = {**APPLICATION["candidate"], "status": "civilian_staff", "seconded_by": None}
    thin = parse(event("application.submitted", candidate=candidate, channel="internal")).data.thin()
    assert thin == {"channel": "internal", "serving": True, "nations": ["BE", "FR"]}


@pytest.mark.parametrize("kind", ["application.withdrawn", "offer.extension_requested", "probation.decided"])
def test_a_reason_in_a_persons_own_words_never_gets_thin(kind: str) -> None:
    assert "reason" not in parse(event(kind)).data.thin()


def test_a_thin_reply_carries_outcome_validity_and_reference() -> None:
    assert parse(event("clearance.replied")).data.thin() == DATA["clearance.replied"]
    assert parse(event("accreditation.replied")).data.thin() == {"outcome": "accepted", "reference": "HN-8"}


@pytest.mark.parametrize("kind", DATA)
def test_a_field_too_many_is_refused_without_repeating_it(kind: str) -> None:
    with pytest.raises(NotAnEvent) as caught:
        parse(event(kind, Geheimnis="Jeanne d’Exemple"))
    said = caught.value.message + repr(caught.value.details)
    assert "/data holds a field that is not known" in said
    assert "Geheimnis" not in said
    assert "Jeanne" not in said


@pytest.mark.parametrize("kind", [kind for kind, data in DATA.items() if any(name != "expected" for name in data)])
def test_a_value_of_the_wrong_kind_is_refused_without_repeating_it(kind: str) -> None:
    for name in DATA[kind]:
        for wrong in ("Sécret Person", ["Sécret Person"], {"Sécret": "Person"}, 17.5):
            change: dict[str, Any] = {name: wrong}
            try:
                parse(event(kind, **change))
            except NotAnEvent as refused:
                said = refused.message + repr(refused.details)
                assert "cret" not in said
                assert f"/data/{name}" in said
                continue
            assert (name, type(wrong)) in {("reason", str), ("role_profiles", list)}, "only these hold free text"


ENVELOPE: dict[str, Any] = json.loads(event("offer.answered"))


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"specversion": "0.3"}, "/specversion"),
        ({"id": "a b"}, "/id"),
        ({"id": "x" * 65}, "/id"),
        ({"id": ""}, "/id"),
        ({"source": "https://portal.example"}, "/source"),
        ({"type": "offer.answered"}, "/type"),
        ({"type": "int.muster.offer.rejected"}, "/type"),
        ({"type": "int.muster.hire.ended"}, "/type"),
        ({"subject": "hire/../etc"}, "/subject"),
        ({"subject": "vacancy/250442"}, "/subject"),
        ({"subject": "hire/abc\n"}, "/subject"),
        ({"time": "yesterday"}, "/time"),
        ({"time": "2026-01-01T10:00:00"}, "/time"),
        ({"time": 1700000000}, "/time"),
        ({"datacontenttype": "text/xml"}, "/datacontenttype"),
        ({"data": [True]}, "/data"),
        ({"data": None}, "/data"),
        ({"data": {"accepted": "true"}}, "/data/accepted"),
        ({"data": {"accepted": 1}}, "/data/accepted"),
        ({"data": {}}, "/data/accepted"),
        ({"traceparent": "00-x"}, "/ holds"),
    ],
)
def test_an_envelope_that_is_not_ours_is_refused_by_place(change: dict[str, Any], pointer: str) -> None:
    with pytest.raises(NotAnEvent) as caught:
        parse({**ENVELOPE, **change})
    assert pointer in caught.value.message


def test_an_unknown_type_is_told_apart() -> None:
    with pytest.raises(UnknownType):
        parse({**ENVELOPE, "type": "int.muster.offer.rejected"})


def test_a_linked_case_is_a_case_too() -> None:
    assert parse({**ENVELOPE, "subject": f"{HIRE}-2"}).envelope.subject == "hire/7q2k9fxm-2"


def test_everything_a_step_announces_can_be_subscribed_to() -> None:
    said = re.findall(r'"([a-z]+\.[a-z_]+)"', Path(announcements.__file__).read_text("utf-8"))
    between_cases = {"hire.left", "hire.relisted", "hire.returned", "hire.availability", "post.taken_up", "review.closed", "review.lodged"}
    between_cases |= {"reuse.agreed", "reuse.withdrawn", "post.claimed"}
    assert set(said) - between_cases <= set(OUTBOUND)


def test_the_time_a_sender_claims_is_optional() -> None:
    assert parse(ENVELOPE).envelope.time is None
    assert parse({**ENVELOPE, "time": "2026-01-01T10:00:00Z"}).envelope.time == datetime(2026, 1, 1, 10, tzinfo=UTC)


def test_an_application_must_be_for_the_vacancy_it_is_sent_to() -> None:
    with pytest.raises(NotAnEvent, match="/data/vacancy"):
        parse(event("application.submitted", vacancy="240655"))


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("clearance.replied", {"level": None}),
        ("clearance.replied", {"valid_until": "2026-05-31"}),
        ("secondment.replied", {"years": None}),
        ("contract.signed", {"enters_on": None}),
        ("clearance.replied", {"valid_until": "2026-02-30"}),
        ("clearance.replied", {"valid_until": "2026-06-01T00:00:00Z"}),
        ("interview.scheduled", {"starts_at": "2026-04-07T09:30:00"}),
        ("interview.scheduled", {"place": "Room 4, ask for Mr Dupont"}),
        ("probation.decided", {"decided_by": "Jean Dupont"}),
        ("application.submitted", {"contact": {"name": "A\r\nBcc: all@x.example", "email": "a@x.example", "language": "en"}}),
        ("application.submitted", {"contact": {"name": "A", "email": "a@x.example\nb", "language": "en"}}),
    ],
)
def test_fields_that_are_wrong_together_or_smuggle_are_refused(kind: str, change: dict[str, Any]) -> None:
    with pytest.raises(NotAnEvent):
        parse(event(kind, **change))


def test_a_refusal_by_an_authority_needs_no_level() -> None:
    nothing: dict[str, Any] = {"level": None, "issuer": None, "valid_from": None, "valid_until": None}
    assert parse(event("clearance.replied", outcome="refused", **nothing)).data.thin() == {"outcome": "refused", "reference": "BE-2026/114"}


def test_each_kind_of_partner_may_send_its_own_and_nothing_of_anothers() -> None:
    assert sendable_by(PartnerKind.BUDGET_AUTHORITY) == {"budget.decided"}
    assert sendable_by(PartnerKind.NATIONAL_ADMINISTRATION) == {"secondment.replied"}
    assert "clearance.replied" not in sendable_by(PartnerKind.PORTAL)
    assert "medical.replied" not in sendable_by(PartnerKind.NATIONAL_AUTHORITY)
    assert set().union(*(sendable_by(kind) for kind in PartnerKind)) == set(catalogue())


def test_equal_events_are_equal_bytes() -> None:
    assert cloud_event("e", "muster", "hire.ended", HIRE, {"ending": "withdrawn"}) == (
        b'{"specversion":"1.0","id":"e","source":"muster","type":"int.muster.hire.ended","subject":"hire/7q2k9fxm",'
        b'"datacontenttype":"application/json","data":{"ending":"withdrawn"}}'
    )


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b'{"a":1,"a":2}', "duplicate_key"),
        (b'{"a":{"b":1,"b":1}}', "duplicate_key"),
        (b'{"a":NaN}', "not_finite"),
        (b'{"a":-Infinity}', "not_finite"),
        (b'{"a":1e400}', "not_finite"),
        (b'{"a":' + b"9" * 5000 + b"}", "not_finite"),
        (b'{"a":"\\u0000"}', "bad_character"),
        (b'{"\\u0000":1}', "bad_character"),
        (b'{"a":"\\ud800"}', "bad_character"),
        (b'{"a":"\xff"}', "not_utf8"),
        (b"\xef\xbb\xbf{}", "not_json"),
        (b'{"a":"\x01"}', "not_json"),
        (b'{"a":1,}', "not_json"),
        (b"{} {}", "not_json"),
        (b"", "not_json"),
        (b"[" * 1_000_000, "too_deep"),
        (b'{"a":' * (MAX_DEPTH + 1) + b"1" + b"}" * (MAX_DEPTH + 1), "too_deep"),
    ],
)
def test_json_that_readers_would_not_agree_on_is_refused(body: bytes, code: str) -> None:
    with pytest.raises(NotStrictJson) as caught:
        loads(body)
    assert caught.value.code == code


def test_brackets_inside_a_text_are_not_depth() -> None:
    assert loads(b'{"a":"' + b"[{" * 100 + b'\\"[["}') == {"a": "[{" * 100 + '"[['}


def test_a_body_that_is_no_object_is_no_event() -> None:
    for body in (b"[]", b"1", b"null", b'"x"'):
        with pytest.raises(BadInput):
            parse(body)
