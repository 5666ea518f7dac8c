"""The audit's pages: who sees what of the log and of a case, what it is told in, and what of it is on record."""

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from acts.desk import Desk
from acts.evidence import Evidence
from config.cursors import Cursors
from config.settings import Settings
from connectors.log_key import load_log_key
from console.pages.hire import Engine
from console.pulse import Pulse
from console.visits import Reception
from console.wiring import console_app
from domain.log.verify import code, verify
from domain.words import Role
from store.changes import Changes
from store.checkpoints import Checkpoints
from tests.console.conftest import FRAME, Console, csrf
from tests.gateway.api.played import AT_CONDITIONS, AT_SHORTLISTING, NAME, WITHDRAWN

CASE = f"/audit/cases/hire/{AT_CONDITIONS}"
PAGES = (
    "/audit",
    "/audit?outside=true",
    "/audit/report",
    "/audit/report?made=true",
    CASE,
    f"{CASE}/facts/9",
    "/audit/cases/vacancy/250442",
)


@pytest.fixture
async def watched(console: Console, tmp_path: Path) -> Console:
    """The same with the log's key on the machine, and a checkpoint signed."""
    settings = Settings(data_dir=tmp_path)
    load_log_key(settings.log_key, f"{settings.source}/log")
    await Checkpoints(console.db, Evidence(settings).key).sign()
    desk = Desk(console.db, evidence=Evidence(settings))
    reception = Reception(desk, console.reception.acting, console.reception.origin)
    return Console(console.db, desk, reception, console_app(reception, FRAME, Cursors(b"a key of the tests"), Pulse(Changes(console.db))))


async def send(console: Console, person: str, path: str, **form: Any) -> Any:
    browser = await console.as_(person)
    return await browser.post(path, {"csrf": csrf((await browser.get("/me")).text), **form})


@pytest.mark.parametrize("role", [*map(str, Role), "nobody"])
async def test_the_audit_is_for_those_who_watch_over_it(console: Console, role: str) -> None:
    browser = await console.as_(role)
    for path in PAGES:
        among = ("auditor", "hr_head") if "/facts/" in path else ("auditor", "data_protection_officer", "hr_head")
        assert (await browser.get(path)).status_code == (200 if role in among else 403), path
    assert (await browser.get("/audit/log")).status_code == (200 if role in ("auditor", "data_protection_officer") else 403)
    assert ("/audit" in (await browser.get("/me")).text) == (role in ("auditor", "data_protection_officer", "hr_head"))


async def test_no_name_stands_on_any_of_its_pages(console: Console) -> None:
    for person in ("auditor", "hr_head"):
        browser = await console.as_(person)
        for path in (*PAGES, f"{CASE}?at=2026-03-18T12:00"):
            assert NAME not in (await browser.get(path)).text


async def test_a_history_is_told_in_words_in_both_languages(console: Console) -> None:
    browser = await console.as_("auditor")
    page = (await browser.get(CASE)).text
    assert "Application received" in page
    assert "all requirements are met" in page
    assert "application_received" not in page
    await console.desk.preferences.put("auditor", language="fr")
    assert "Candidature reçue" in (await browser.get(CASE)).text


async def test_an_auditor_reads_that_something_was_answered_and_not_what(console: Console) -> None:
    auditor, head = await console.as_("auditor"), await console.as_("hr_head")
    asked = f"{CASE}/facts/46"  # a condition of a special category was opened
    assert "Not for your office" in (await auditor.get(CASE)).text
    assert "Condition opened" not in (await auditor.get(asked)).text
    assert "Condition opened" in (await head.get(asked)).text


async def test_the_log_is_searched_by_who_did_what_in_which_case_and_when(console: Console) -> None:
    browser = await console.as_("auditor")
    found = (await browser.get("/audit?actor=hr.officer&what=screened")).text
    assert f"/audit/cases/hire/{AT_CONDITIONS}/facts/9" in found
    assert f"/audit/cases/hire/{AT_SHORTLISTING}/facts/9" in found
    assert f"/audit/cases/hire/{AT_CONDITIONS}" not in (await browser.get(f"/audit?case={WITHDRAWN}")).text
    assert "The log has nothing of that" in (await browser.get("/audit?until=1999-01-01")).text
    for wrong in ("colour=blue", "since=yesterday", "leaf=bogus", "case=//evil"):
        assert (await browser.get(f"/audit?{wrong}")).status_code == 400


async def test_a_question_whose_answer_would_be_an_authoritys_is_refused(console: Console) -> None:
    assert (await (await console.as_("auditor")).get("/audit?what=condition_refused")).status_code == 403


async def test_looking_for_a_person_takes_a_purpose_and_is_on_record(console: Console) -> None:
    browser = await console.as_("auditor")
    case = f"hire/{AT_CONDITIONS}"
    assert (await browser.get(f"/audit?person={case}")).status_code == 400
    assert await console.desk.reads.of(case) == []
    assert "on record" in (await browser.get(f"/audit?person={case}&purpose=complaint")).text
    (look,) = await console.desk.reads.of(case)
    assert (look["reader"], look["purpose"]) == ("person:auditor", "complaint")
    assert "complaint" in (await browser.get(CASE)).text


async def test_a_history_can_be_seen_as_it_was_on_a_day(console: Console) -> None:
    browser = await console.as_("hr_head")
    then = (await browser.get(f"{CASE}?at=2026-03-10T12:00")).text
    assert "As it stood on Tuesday 10 March 2026 12:00" in then
    assert "Offer issued" not in then
    assert "Offer issued" in (await browser.get(CASE)).text
    assert "It had not begun" in (await browser.get(f"{CASE}?at=2020-01-01T00:00")).text
    assert (await browser.get(f"{CASE}?at=tomorrow")).status_code == 400


async def test_a_fact_shows_what_was_before_and_what_is_after(console: Console) -> None:
    page = (await (await console.as_("auditor")).get(f"{CASE}/facts/11")).text
    assert "stage" in page
    assert "screening" in page
    assert "shortlisting" in page
    assert (await (await console.as_("auditor")).get(f"{CASE}/facts/9999")).status_code == 404
    assert (await (await console.as_("auditor")).get("/audit/cases/hire/zzzz")).status_code == 404


async def test_verifying_says_green_where_all_holds_and_red_with_the_first_bad_entry_where_not(watched: Console) -> None:
    page = await send(watched, "auditor", f"{CASE}/verify")
    assert page.status_code == 200
    assert "Everything that was checked holds." in page.text

    def tampered(tx: Any) -> None:
        tx.execute(text("DROP TRIGGER journal_no_update"))
        tx.execute(text(f"UPDATE journal SET actor = 'person:x' WHERE case_id = 'hire/{AT_CONDITIONS}' AND number = 9"))

    await watched.db.write(tampered)
    page = await send(watched, "auditor", f"{CASE}/verify")
    assert "Something does not hold." in page.text
    assert f"{CASE}/facts/9" in page.text


async def test_a_dossier_is_taken_with_a_purpose_stands_its_own_check_and_is_on_record(watched: Console) -> None:
    assert (await send(watched, "auditor", f"{CASE}/dossier")).status_code == 400
    answer = await send(watched, "auditor", f"{CASE}/dossier", purpose="tribunal")
    assert answer.status_code == 200
    assert code(verify(answer.content)) == 0
    assert "dossier.fr.pdf" in zipfile.ZipFile(io.BytesIO(answer.content)).namelist()
    (look,) = await watched.desk.reads.of(f"hire/{AT_CONDITIONS}")
    assert (look["about"], look["purpose"]) == ("dossier", "tribunal")
    for person in ("hr_officer", "appointing_authority"):
        assert (await send(watched, person, f"{CASE}/dossier", purpose="tribunal")).status_code == 403


async def test_a_condition_can_be_withheld_from_a_dossier(watched: Console) -> None:
    answer = await send(watched, "hr_head", f"{CASE}/dossier", purpose="complaint", redact="clearance")
    lines = zipfile.ZipFile(io.BytesIO(answer.content)).read("leaves.jsonl").decode()
    assert '"disclosed":null' in lines
    assert (await send(watched, "hr_head", f"{CASE}/dossier", purpose="complaint", redact="clearence")).status_code == 400


async def test_checkpoints_and_the_log_can_be_taken_by_those_who_watch_over_it(watched: Console) -> None:
    browser = await watched.as_("auditor")
    page = (await browser.get("/audit/log")).text
    size = (await watched.desk.proofs.checkpoint()).size
    note = await browser.get(f"/audit/log/checkpoints/{size}")
    assert note.text == (await watched.desk.proofs.checkpoint()).note
    assert str(size) in page
    assert (await browser.get("/audit/log/checkpoints/999999")).status_code == 404
    taken = await send(watched, "auditor", "/audit/log/export", purpose="yearly_audit")
    assert code(verify(taken.content)) == 0
    assert (await send(watched, "hr_officer", "/audit/log/export", purpose="yearly_audit")).status_code == 403


async def test_the_data_protection_officer_verifies_and_takes_a_case_without_reading_its_facts(watched: Console) -> None:
    page = (await (await watched.as_("data_protection_officer")).get(CASE)).text
    assert "Application received" not in page
    assert (await send(watched, "data_protection_officer", f"{CASE}/verify")).status_code == 200
    assert (await (await watched.as_("data_protection_officer")).get(f"{CASE}/facts/9")).status_code == 403


async def test_a_hire_and_a_vacancy_lead_to_their_histories_for_those_who_may_read_them(console: Console) -> None:
    for path, to in ((f"/hires/{AT_CONDITIONS}", CASE), ("/vacancies/250442", "/audit/cases/vacancy/250442")):
        assert f'href="{to}"' in (await (await console.as_("auditor")).get(path)).text
        assert to not in (await (await console.as_("hr_officer")).get(path)).text


async def test_a_history_leads_to_its_workflow_where_temporals_pages_have_an_address(console: Console) -> None:
    engine = Engine(web="https://temporal.example.int")
    app = console_app(console.reception, FRAME, Cursors(b"a key of the tests"), Pulse(Changes(console.db)), engine)
    to = f"https://temporal.example.int/namespaces/muster/workflows/hire%2F{AT_CONDITIONS}"
    for path in (CASE, f"{CASE}/facts/9"):
        assert to in (await (await Console(console.db, console.desk, console.reception, app).as_("auditor")).get(path)).text
        assert to not in (await (await console.as_("auditor")).get(path)).text
