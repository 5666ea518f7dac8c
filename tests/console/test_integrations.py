"""Integrations: how it stands with each system in a sentence, what came and went, and what people decide about it."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert

from acts.digest import office_zone
from store.clock import DoorClock
from store.completeness import reconciled
from store.database import Database
from store.deliveries import Deliveries
from store.names import system_now
from store.outbox import Outbox
from store.partners import Partners
from store.replays import Replays
from store.tables import conditions, inbox
from tests.console.conftest import Browser, Console, opened_on
from tests.console.partnered import Outside, given_up, troubled
from tests.gateway.api.played import AT_CONDITIONS
from tests.store.making import NOON

HOME, DESK, LETTERS = "/integrations/systems/hris", "/integrations/signals", "/integrations/letters"
LETTERS_DONE = LETTERS + "/posted?letter={}"


@pytest.fixture
def outside() -> Outside:
    return Outside()


@pytest.fixture
async def lost(db: Database) -> str:
    """Our id of an event whose case nobody knows."""
    return await troubled(db)


@pytest.fixture
def console(db: Database, lost: str, outside: Outside) -> Console:
    return opened_on(db, outside)


async def sent(browser: Browser, path: str, **form: str) -> tuple[int, str]:
    """A form of a page, as a person sends it: the answer, and where it leads or what it says."""
    token = re.search(r'name="csrf" value="([^"]+)"', (await browser.get(path)).text)
    assert token is not None
    answer = await browser.post(path, {"csrf": token[1], **form})
    return answer.status_code, answer.headers.get("location", answer.text)


async def test_each_system_is_told_in_a_sentence_those_that_need_somebody_first(console: Console) -> None:
    text = (await (await console.as_("hr_officer")).get("/integrations")).text
    assert "3 systems need somebody" in text
    assert re.findall(r'data-key="([a-z-]+)"', text)[:3] == ["nsa-be", "hris", "portal"]
    assert "It has not answered since" in text
    assert "it did not answer in time" in text
    assert "1 event of it names a case that is not known here." in text


async def test_a_closed_door_of_a_subscriber_is_told_with_its_cause_before_what_it_has_missed(console: Console) -> None:
    text = (await (await console.as_("hr_officer")).get(f"{HOME}/dead")).text
    assert "it is out of service for now (HTTP 503)" in text
    assert "Offer issued" in text
    assert "http_503" not in re.sub(r'href="[^"]*"', "", text)


async def test_while_time_is_played_no_sentence_compares_two_clocks(console: Console, db: Database) -> None:
    """A demonstration is played in a spring that is past: what was reached just now was not reached 220 days ago."""
    await DoorClock(db).set(datetime(2025, 3, 1, 9, tzinfo=UTC))
    await Partners(db).answered("nsa-be")
    text = (await (await console.as_("hr_officer")).get("/integrations")).text
    row = text.split('data-key="nsa-be"')[1].split("</tr>")[0]
    assert re.search(r"Last reached.{0,200}(just now|minutes? ago)", re.sub(r"\s+", " ", row)), row
    assert "day" not in re.sub(r"<[^>]*>", "", row)


@pytest.mark.parametrize(
    ("person", "status"),
    [("hr_officer", 200), ("auditor", 200), ("key_administrator", 200), ("medical_advisers_office", 403), ("hiring_manager", 403)],
)
async def test_integrations_are_for_those_who_look_after_events(console: Console, person: str, status: int) -> None:
    browser = await console.as_(person)
    for path in ("/integrations", "/integrations/systems/portal", f"{HOME}/settings", DESK):
        assert (await browser.get(path)).status_code == status, path


async def test_who_looks_after_keys_sees_no_case_and_what_an_event_said_stands_on_no_page(console: Console) -> None:
    whole = (await (await console.as_("hr_officer")).get("/integrations/systems/portal")).text
    cut = (await (await console.as_("key_administrator")).get("/integrations/systems/portal")).text
    assert (f"/hires/{AT_CONDITIONS}" in whole, f"/hires/{AT_CONDITIONS}" in cut) == (True, False)
    assert "accepted: ●●●" in whole
    assert "True" not in whole
    assert "nobody22" not in (await (await console.as_("key_administrator")).get(DESK)).text


async def test_what_was_given_up_for_one_cause_is_sent_again_in_one_act_that_is_on_record(console: Console, db: Database) -> None:
    officer = await console.as_("hr_officer")
    path = f"{HOME}/again?why=http_503"
    assert "Every announcement that was given up for this cause is sent again" in (await officer.get(path)).text
    assert await sent(officer, path) == (303, f"{HOME}/dead?done=again&sent=1")
    assert "1 announcement is on its way again." in (await officer.get(f"{HOME}/dead?done=again&sent=1")).text
    assert [row["state"] for row in await console.desk.deliveries.find(partner="hris")] == ["pending", "pending"]
    assert "an announcement sent again" in (await officer.get(f"{HOME}/settings")).text
    status, text = await sent(officer, path)
    assert (status, "nothing is given up for this cause any more" in text) == (409, True)


async def test_an_auditor_looks_and_does_nothing(console: Console, lost: str) -> None:
    auditor = await console.as_("auditor")
    assert f"{HOME}/again" not in (await auditor.get(f"{HOME}/dead")).text
    for path in (f"{HOME}/again?why=http_503", f"{HOME}/ping", f"{HOME}/key", f"{DESK}/{lost}/discard", f"{DESK}/{lost}/reroute"):
        assert (await auditor.get(path)).status_code == 403, path


async def test_a_stray_is_given_to_a_case_by_two_people_who_are_not_the_same(console: Console, lost: str) -> None:
    officer, head = await console.as_("hr_officer"), await console.as_("hr_head")
    path = f"{DESK}/{lost}/reroute"
    status, text = await sent(officer, path, step="preview", to=AT_CONDITIONS, because="wrong_case")
    assert status == 200
    assert "This will be" not in text
    assert "the wrong case was named" in text
    assert await sent(officer, path, step="confirm", to=AT_CONDITIONS, because="wrong_case") == (303, f"{DESK}?done=reroute")
    [signal] = await console.desk.signals.list()
    proposal = f"/integrations/proposals/{signal.proposed}"
    assert proposal not in (await officer.get(DESK)).text
    assert "A second person decides." in (await officer.get(DESK)).text
    assert proposal in (await head.get(DESK)).text
    reach(console)
    status, text = await sent(officer, proposal, step="approve")
    assert (status, "a second person decides" in text) == (409, True)
    assert await sent(head, proposal, step="approve") == (303, f"{DESK}?done=approve")
    found = await console.desk.inbox.find("portal", "evt-9")
    assert found is not None
    assert (found.case, found.state) == (f"hire/{AT_CONDITIONS}", "open")


async def test_a_stray_is_put_away_with_a_reason_and_not_without(console: Console, lost: str) -> None:
    reach(console)
    officer, path = await console.as_("hr_officer"), f"{DESK}/{lost}/discard"
    assert (await sent(officer, path, step="preview"))[0] == 400
    assert (await sent(officer, path, step="confirm", because="because"))[0] == 400
    assert await sent(officer, path, step="confirm", because="sent_in_error") == (303, f"{DESK}?done=discard")
    assert await console.desk.signals.list() == []
    assert "put away" in (await officer.get(f"{DESK}?state=discarded")).text


async def test_a_test_event_says_in_words_whether_it_was_taken(console: Console, outside: Outside) -> None:
    officer = await console.as_("hr_officer")
    assert await sent(officer, f"{HOME}/ping") == (303, f"{HOME}/settings?done=pinged")
    outside.code = "timeout"
    _, where = await sent(officer, f"{HOME}/ping")
    assert "The test event was not taken: it did not answer in time" in (await officer.get(where)).text
    assert (await sent(officer, "/integrations/systems/portal/ping"))[0] == 409


async def test_a_new_key_is_shown_once_to_who_keeps_keys_and_the_log_has_who_made_it(
    console: Console, outside: Outside, db: Database
) -> None:
    path = "/integrations/systems/portal/key"
    assert (await (await console.as_("hr_officer")).get(path)).status_code == 403
    keeper = await console.as_("key_administrator")
    status, text = await sent(keeper, path, step="confirm", overlap_days="3")
    assert (status, "whsk_private" in text) == (200, True)
    assert [(name, overlap.days) for name, overlap in outside.rotated] == [("portal", 3)]
    assert "whsk_private" not in (await keeper.get("/integrations/systems/portal/settings")).text
    assert (await sent(keeper, path, step="confirm", overlap_days="1000"))[0] == 400
    assert len(outside.rotated) == 1


async def test_a_subscription_that_was_switched_off_is_switched_on_again(console: Console, db: Database) -> None:
    await Deliveries(db).switch_off("hris", await console.desk.clock.now())
    officer = await console.as_("hr_officer")
    assert "Switched off" in (await officer.get("/integrations")).text
    assert await sent(officer, f"{HOME}/resume") == (303, f"{HOME}/settings?done=resume")
    assert "Switched off" not in (await officer.get("/integrations")).text


def rail(text: str) -> int:
    """The number beside Integrations in the rail."""
    found = re.search(r'href="/integrations" data-go="i".*?</li>', text, re.DOTALL)
    assert found is not None
    shown = re.search(r'class="count">.*?</span>(\d+)<', found[0], re.DOTALL)
    return int(shown[1]) if shown else 0


async def disagreements(db: Database) -> dict[str, Any]:
    return {check.name: check.differences for check in await reconciled(db) if check.name in ("effects", "decisions")}


async def test_the_rail_counts_what_needs_a_person_for_who_can_do_something_about_it(console: Console, db: Database) -> None:
    officer = await console.as_("hr_officer")
    assert rail((await officer.get("/hires")).text) == 3
    await given_up(db)
    assert rail((await officer.get("/hires")).text) == 4
    keeper, auditor = await console.as_("key_administrator"), await console.as_("auditor")
    assert rail((await keeper.get("/integrations")).text) == 3, "letters are HR's"
    assert rail((await auditor.get("/integrations")).text) == 0, "an auditor does nothing about it"


async def test_a_letter_that_was_given_up_is_told_in_plain_words_and_sent_again(console: Console, db: Database) -> None:
    officer, parcel = await console.as_("hr_officer"), await given_up(db)
    text = (await officer.get(LETTERS)).text
    for words in ("the mail server refuses this letter", "Your application has arrived", "Ada Example", f"/hires/{AT_CONDITIONS}"):
        assert words in text
    assert "mail_refused" not in re.sub(r'href="[^"]*"', "", text)
    assert f'href="{LETTERS}"' in (await officer.get("/")).text, "the overview leads there"
    assert await sent(officer, f"{LETTERS}/again?letter={parcel}") == (303, f"{LETTERS}?done=again&sent=1")
    assert "No letter was given up" in (await officer.get(LETTERS)).text
    [again] = await Outbox(db).lease(100, system_now(), 60)
    assert (again.id, again.attempts) == (parcel, 1), "the same letter, tried anew"
    assert (await sent(officer, LETTERS_DONE.format(parcel)))[0] in (404, 409)


async def test_all_letters_of_one_cause_are_sent_again_in_one_act_on_record(console: Console, db: Database) -> None:
    officer, _ = await console.as_("hr_officer"), await given_up(db, "mail_unreachable")
    path = f"{LETTERS}/again?why=mail_unreachable"
    assert "the mail server could not be reached" in (await officer.get(path)).text
    assert await sent(officer, path) == (303, f"{LETTERS}?done=again&sent=1")
    acts = [(row["act"], row["partner"], row["person"]) for row in await Replays(db).acts("mail")]
    assert acts == [("letter_again", "mail", "hr_officer")]
    assert (await sent(officer, path))[0] == 409, "there is nothing left to send"


async def test_a_letter_posted_on_paper_counts_as_sent_and_the_books_agree(console: Console, db: Database) -> None:
    before = await disagreements(db)  # of the played store, which was not written by its own steps
    officer, parcel = await console.as_("hr_officer"), await given_up(db)
    assert "your name stands in the log" in (await officer.get(LETTERS_DONE.format(parcel))).text
    assert await sent(officer, LETTERS_DONE.format(parcel)) == (303, f"{LETTERS}?done=posted")
    [letter] = await console.desk.letters(f"hire/{AT_CONDITIONS}")
    assert letter["sent_at"] is not None
    assert await disagreements(db) == before


async def test_who_may_not_write_to_candidates_only_looks_at_what_was_given_up(console: Console, db: Database) -> None:
    parcel = await given_up(db)
    auditor, keeper = await console.as_("auditor"), await console.as_("key_administrator")
    text = (await auditor.get(LETTERS)).text
    assert ("Ada Example" in text, f"{LETTERS}/again" in text, f"/hires/{AT_CONDITIONS}" in text) == (False, False, True)
    assert AT_CONDITIONS not in (await keeper.get(LETTERS)).text, "who looks after keys sees no case"
    for browser in (auditor, keeper):
        assert (await browser.get(f"{LETTERS}/again?letter={parcel}")).status_code == 403
        assert (await browser.get(LETTERS_DONE.format(parcel))).status_code == 403


async def test_in_planned_maintenance_a_closed_door_alarms_nobody(console: Console, db: Database) -> None:
    officer, path = await console.as_("hr_officer"), "/integrations/systems/nsa-be/maintenance"
    now = (await console.desk.clock.now()).astimezone(ZoneInfo(office_zone()))
    begins, until = (f"{now + timedelta(hours=hours):%Y-%m-%dT%H:%M}" for hours in (-1, 5))
    status, text = await sent(officer, path, step="preview", begins=until, until=begins)
    assert (status, 'href="#f-until"' in text) == (400, True), "it ends after it begins"
    status, text = await sent(officer, path, step="preview", begins=begins, until=until)
    assert (status, "Confirm" in text) == (200, True)
    assert await console.desk.maintenance.windows() == {}
    settings = "/integrations/systems/nsa-be/settings"
    assert await sent(officer, path, step="confirm", begins=begins, until=until) == (303, f"{settings}?done=maintenance")
    text = (await officer.get("/integrations")).text
    assert ("2 systems need somebody" in text, "Away, as planned" in text, rail(text)) == (True, True, 2)
    assert "nsa-be" not in (await officer.get("/")).text
    [window] = (await console.desk.maintenance.windows())["nsa-be"]
    end = f"{path}/{window.plan}/end"
    assert await sent(officer, end) == (303, f"{settings}?done=maintenance_ended")
    assert "3 systems need somebody" in (await officer.get("/integrations")).text
    assert (await officer.get(end)).status_code == 404
    assert "maintenance planned" in (await officer.get(settings)).text
    assert (await (await console.as_("auditor")).get(path)).status_code == 403


async def test_how_fast_a_system_answers_is_measured_or_said_to_be_unknown(console: Console, db: Database) -> None:
    officer = await console.as_("hr_officer")
    assert "nothing to measure" in (await officer.get("/integrations/systems/nsa-be/settings")).text
    await answered(db, "nsa-be", hours=(2, 26, 50, 74, 24 * 9))
    found = await console.desk.systems.answers("nsa-be")
    assert (found.n, round(found.half or 0, 2)) == (5, round(50 / 24, 2))
    text = (await officer.get("/integrations/systems/nsa-be/settings")).text
    assert re.search(r"Half of its answers came within</dt><dd>2 days", text)
    assert "its last 5 answers" in text


async def answered(db: Database, partner: str, hours: Sequence[int]) -> None:
    """So many requests to a system, each answered after so many hours."""
    asked: list[dict[str, Any]] = []
    came: list[dict[str, Any]] = []
    for n, after in enumerate(hours):
        row = {"case_id": f"hire/{AT_CONDITIONS}", "condition": f"clearance.x{n}", "authority": partner, "state": "answered", "round": 1}
        begun = NOON + timedelta(days=30 * n)
        asked.append({**row, "requested_at": begun, "held": False})
        told = {"id": f"in{n}", "source": partner, "event_id": f"r{n}", "type": "clearance.replied", "case_id": row["case_id"]}
        came.append(
            {
                **told,
                "received_at": begun + timedelta(hours=after),
                "sha256": "",
                "data": {},
                "state": "applied",
                "reason": "",
                "attempts": 1,
            }
        )
    await db.write(lambda tx: (tx.execute(insert(conditions), asked), tx.execute(insert(inbox), came)))


async def test_the_overview_leads_to_what_is_stuck(console: Console) -> None:
    text = (await (await console.as_("hr_officer")).get("/")).text
    for where in ("/integrations", f"{DESK}?state=unrouted", "/integrations/systems/nsa-be"):
        assert f'href="{where}"' in text


async def test_every_page_is_said_in_french_too(console: Console, lost: str) -> None:
    await console.desk.preferences.put("hr_officer", language="fr")
    officer = await console.as_("hr_officer")
    assert "3 systèmes demandent" in (await officer.get("/integrations")).text
    assert "Réponse à l’offre" in (await officer.get(DESK)).text.replace("&#39;", "’")


def reach(console: Console) -> None:
    """The way to the cases is open."""

    async def acting() -> object:
        return console.desk

    object.__setattr__(console.reception, "acting", acting)
