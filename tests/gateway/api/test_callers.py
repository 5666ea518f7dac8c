"""Who is asking: tokens that count, tokens that do not, and what every answer carries."""

from datetime import UTC, date, datetime, timedelta

import httpx
import pytest

from acts.in_person import APPROVALS
from acts.rights import SEES, Resource
from config.cursors import Cursors
from domain.acts import ACTS
from domain.competition import ACTS as VACANCY_ACTS
from domain.errors import BadInput, NotAllowed
from domain.tokens import Scope
from domain.words import Role
from gateway.api.callers import Pace, TooMany
from gateway.api.etags import etag, unchanged, wanted
from gateway.api.problems import VersionMissing
from store.tokens import Tokens
from tests.gateway.api.conftest import Api, app_of

TODAY = date(2026, 3, 2)  # the door's clock in these tests


async def test_a_token_acts_as_its_person_with_the_roles_of_today(api: Api) -> None:
    headers = await api.by("hr_officer")
    answer = await api.http.get("/api/v1/me", headers=headers)
    assert (answer.status_code, answer.json()["person"], answer.json()["roles"]) == (200, "hr_officer", ["hr_officer"])
    await api.desk.put_staff("hr_officer", "Changed", "x@example.org", [Role.AUDITOR])
    assert (await api.http.get("/api/v1/me", headers=headers)).json()["roles"] == ["auditor"]


async def test_who_stands_in_has_the_roles_of_both(api: Api) -> None:
    await api.desk.personnel.absent("hr_head", "hr_head", TODAY, TODAY + timedelta(days=3), deputy="auditor")
    assert (await api.get("/me", "auditor")).json()["roles"] == ["auditor", "hr_head"]


async def test_the_secret_is_not_in_the_store_and_only_the_day_of_use_is(api: Api) -> None:
    secret = await api.token("auditor")
    await api.http.get("/api/v1/me", headers={"authorization": f"Bearer {secret}"})
    [token] = await api.desk.tokens.list("auditor")
    assert (token.state(datetime.now(UTC)), token.last_used) == ("live", datetime.now(UTC).date())
    assert secret not in repr(token)
    assert await Tokens(api.db).by_hash(secret) is None


@pytest.mark.parametrize("given", [None, "Basic aGVsZ2E6", "Bearer", "Bearer mst_short", f"Bearer mst_{'a' * 43}", f"Bearer {'a' * 47}"])
async def test_no_token_or_an_unknown_one_is_not_proved(api: Api, given: str | None) -> None:
    answer = await api.http.get("/api/v1/me", headers={} if given is None else {"authorization": given})
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, 'Bearer realm="muster"')
    assert answer.json()["code"] in ("token_missing", "token_unknown")
    assert given is None or given[8:] not in answer.text or len(given) < 10


async def test_a_revoked_token_counts_for_nothing_from_the_next_request_on(api: Api) -> None:
    token, secret = await api.desk.tokens.add("auditor", "to be lost", Scope.READ)
    headers = {"authorization": f"Bearer {secret}"}
    assert (await api.http.get("/api/v1/me", headers=headers)).status_code == 200
    await api.desk.tokens.revoke(token.token)
    refused = await api.http.get("/api/v1/me", headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (401, "token_revoked")


async def test_an_expired_token_is_refused(api: Api) -> None:
    token, _ = await api.desk.tokens.add("auditor", "old", Scope.READ, 1)
    assert token.expires_at - token.created_at == timedelta(days=1)
    assert token.state(token.expires_at) == "expired"
    with pytest.raises(BadInput, match="365"):
        await api.desk.tokens.add("auditor", "for ever", Scope.READ, 366)


async def test_a_person_without_a_role_sees_nothing(api: Api) -> None:
    answer = await api.get("/me", "nobody")
    assert (answer.status_code, answer.json()["code"]) == (403, "wrong_role")


async def test_a_refusal_is_a_problem_document_in_both_languages_with_a_trace(api: Api) -> None:
    answer = await api.get("/me", "nobody", headers={"accept-language": "fr-BE, en;q=0.5"})
    said = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert said["title"] == said["titles"]["fr"] != said["titles"]["en"]
    assert said["trace_id"] == answer.headers["x-trace-id"]
    assert (said["type"], said["status"]) == ("urn:muster:problem:wrong_role", 403)


async def test_every_answer_stays_out_of_caches(api: Api) -> None:
    answer = await api.get("/me")
    assert (answer.headers["cache-control"], answer.headers["x-content-type-options"]) == ("no-store", "nosniff")


async def test_a_query_that_no_address_declares_is_refused(api: Api) -> None:
    assert (await api.get("/me?name=ada")).status_code == 400
    assert (await api.get("/nothing")).status_code == 404


async def test_who_asks_too_fast_waits_and_nobody_else_does(api: Api) -> None:
    transport = httpx.ASGITransport(app=app_of(api.desk, Pace(3, 0.5, clock=lambda: 0.0)))
    hasty, calm = await api.by("auditor"), await api.by("hr_officer")
    async with httpx.AsyncClient(transport=transport, base_url="http://api") as http:
        answers = [await http.get("/api/v1/me", headers=hasty) for _ in range(4)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
        assert answers[3].headers["retry-after"] == "2"
        assert (await http.get("/api/v1/me", headers=calm)).status_code == 200


def test_the_bucket_fills_again() -> None:
    at = 0.0
    pace = Pace(2, 1.0, clock=lambda: at)
    pace.take("t")
    pace.take("t")
    with pytest.raises(TooMany):
        pace.take("t")
    at = 1.0
    pace.take("t")


# ---- never by token ------------------------------------------------------------------------------------------------------


def test_what_is_an_approval() -> None:
    """The second pair of eyes, and what makes an adverse matter final. A new act of that kind has to be put here, or argued away."""
    assert {name for name, act in ACTS.items() if act.approval} == {
        "approve_contract", "approve_waiver", "confirm_lapse", "confirm_late", "confirm_no_show", "confirm_paper", "confirm_reply",
        "decide_higher_grade", "decide_integrity_steps", "decide_probation", "decide_review", "grant_measures", "postpone_entry",
        "reject_contract", "settle_reply",
    }  # fmt: skip
    assert {name for name, act in VACANCY_ACTS.items() if act.approval} == {"confirm_list_lapse", "decide_post", "decide_report"}
    verbs = ("approve", "confirm", "decide", "settle", "reject")
    assert {name for name in (*ACTS, *VACANCY_ACTS) if name.startswith(verbs)} <= APPROVALS


def test_no_name_is_an_approval_in_one_table_and_none_in_the_other() -> None:
    assert {name for name in ACTS.keys() & VACANCY_ACTS.keys() if ACTS[name].approval != VACANCY_ACTS[name].approval} == set()


async def test_an_approval_ends_before_a_request_is_made_of_it(api: Api) -> None:
    for act in APPROVALS:
        with pytest.raises(NotAllowed, match="never given by token") as refusal:
            await api.desk.asked("hr_head", act, {})
        assert refusal.value.code == "approval_in_person"
        assert refusal.value.details["where"].startswith("muster ")


# ---- rights, cursors, versions -------------------------------------------------------------------------------------------


def test_every_resource_has_its_roles_and_auditors_never_act() -> None:
    assert set(SEES) == set(Resource)
    assert Role.AUDITOR not in SEES[Resource.ACTING]
    assert SEES[Resource.PEOPLE] == {Role.HR_OFFICER, Role.HR_HEAD, Role.DATA_PROTECTION_OFFICER}


def test_a_cursor_is_read_by_its_own_question_alone() -> None:
    cursors = Cursors(b"one key")
    at = [datetime(2026, 3, 2, tzinfo=UTC), None, "hire/x"]
    cursor = cursors.make({"of": "hires"}, at)
    assert cursors.read(cursor, {"of": "hires"}) == at
    forged = ("A" if cursor[0] != "A" else "B") + cursor[1:]
    for wrong, question in ((forged, {"of": "hires"}), (cursor, {"of": "else"}), ("", {"of": "hires"}), ("é", {"of": "hires"})):
        with pytest.raises(BadInput, match="not one of ours"):
            cursors.read(wrong, question)
    with pytest.raises(BadInput):
        Cursors(b"another key").read(cursor, {"of": "hires"})


def test_a_version_is_a_number_in_quotes() -> None:
    assert (etag(17), wanted('"17"'), unchanged('"3", "17"', 17), unchanged(None, 1)) == ('"17"', 17, True, False)
    with pytest.raises(VersionMissing):
        wanted(None)
    for wrong in ("17", '"017"', 'W/"17"', "*", '"17", "18"'):
        with pytest.raises(BadInput):
            wanted(wrong)
