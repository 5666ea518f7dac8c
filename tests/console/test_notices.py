"""From a notice to a vacancy in the console: read beside its lines, settled, published; and nothing half done is lost."""

import re
from datetime import UTC, datetime

import pytest

from tests.console.conftest import Browser, Console, csrf
from tests.house.repository import ROOT

NOTICES = ROOT.parent / "shared" / "notices"
NEEDS_NOTICES = pytest.mark.skipif(not NOTICES.exists(), reason="the founding notices are not beside the project")
PLAIN = """Vacancy notice 260901
Title: Assistant, Records
NATO Body: NATO International Staff (NATO IS)
Location: Brussels, Belgium
Schedule: Full-time
Application Deadline: 28 March 2027
Salary (Pay Basis): 4,000.00 Euro (EUR) monthly
Grade: NATO Grade G8
Clearance Level: NS

The successful applicant is a national of a NATO member.

Avis de vacance 260901
Titre : Assistant, Archives
Organisme OTAN : OTAN Secrétariat international
Lieu : Bruxelles, Belgique
Date limite : 28 mars 2027
Grade : Grade OTAN G8
"""


async def begun(browser: Browser, text: str) -> str:
    """The address of a notice just pasted."""
    page = (await browser.get("/notices")).text
    answer = await browser.post("/notices", {"csrf": csrf(page), "text": text})
    assert answer.status_code == 303, re.findall(r'lang="en">([^<]+)<', answer.text)
    return str(answer.headers["location"])


async def sent(browser: Browser, address: str, step: str = "save", **form: str) -> tuple[int, str, str]:
    page = (await browser.get(address)).text
    answer = await browser.post(address, {"csrf": csrf(page), "step": step, **form})
    return answer.status_code, answer.text, answer.headers.get("location", "")


@NEEDS_NOTICES
async def test_the_first_founding_notice_is_published_as_it_stands(console: Console) -> None:
    await console.desk.clock.set(datetime(2024, 4, 8, 9, tzinfo=UTC))
    browser = await console.as_("hr_officer")
    address = await begun(browser, (NOTICES / "240655.txt").read_text("utf-8").replace("240655", "240656"))
    page = (await browser.get(address)).text
    assert 'id="l13" class="said"' in page
    assert 'href="#f-deadline">Closing date</a>' in page
    assert 'href="#l13">Line 13</a> · English · stated' in page
    assert "Nothing is open any more." in page
    status, text, where = await sent(browser, address, "publish")
    assert (status, where) == (303, address), re.findall(r"<p lang=.en.>([^<]+)<", text)
    published = await console.desk.vacancies_store.get("240656")
    assert published.spec.posts[0].grade_high == "G10"
    assert 'Published. The vacancy opens within a moment: <a href="/vacancies/240656">' in (await browser.get(address)).text


@NEEDS_NOTICES
async def test_the_second_is_published_once_its_conflicts_are_settled_and_its_posts_given(console: Console) -> None:
    await console.desk.clock.set(datetime(2025, 3, 17, 9, tzinfo=UTC))
    browser = await console.as_("hr_officer")
    address = await begun(browser, (NOTICES / "250442.txt").read_text("utf-8").replace("250442", "250443"))
    page = (await browser.get(address)).text
    assert "5 matters are open." in page
    assert page.count('type="radio"') == 9
    status, text, _ = await sent(browser, address, "publish")
    assert (status, "matters are open" in text) == (400, True)
    settled = {
        "a.info_sessions": "fr",
        "a.contracts.1": "en",
        "a.contracts.2": "own",
        "own.contracts.2": "of appointment",
        "a.clearance": "NS",
    }
    posts = {
        "p.1.id": "A1",
        "p.1.kind": "project",
        "p.1.grade": "G5-G8",
        "p.1.role_profile": "Assistant, Human Resources",
        "p.1.funded": "no",
    }
    status, text, _ = await sent(browser, address, **settled, **posts)
    assert status == 200
    assert "Nothing is open any more." in text, re.findall(r'class="wrong"[^>]*>([^<]+)<', text)
    status, text, where = await sent(browser, address, "publish", **settled, **posts)
    assert (status, where) == (303, address)
    spec = (await console.desk.vacancies_store.get("250443")).spec
    assert [(post.id, post.grade_low, post.grade_high, post.funded) for post in spec.posts] == [("A1", "G5", "G8", False)]


async def test_what_is_no_answer_is_told_beside_its_question_and_kept(console: Console) -> None:
    browser = await console.as_("hr_officer")
    address = await begun(browser, PLAIN.replace("Clearance Level: NS", ""))
    status, text, _ = await sent(browser, address, **{"a.clearance": "VERY SECRET"})
    assert status in (200, 400)
    assert 'id="q-clearance"' in text
    status, text, _ = await sent(browser, address, **{"a.clearance": "NS", "p.1.kind": "nonsense"})
    assert (status, 'id="q-posts.1"' in text) == (400, True)
    assert "<option selected>NS</option>" in (await browser.get(address)).text


async def test_what_one_began_another_goes_on_with_and_may_put_aside(console: Console) -> None:
    first, second = await console.as_("hr_officer"), await console.as_("hr_head")
    address = await begun(first, PLAIN)
    page = (await second.get("/notices")).text
    assert f'href="{address}"' in page
    assert "begun by Hr Officer" in page
    status, _, where = await sent(second, address, "discard")
    assert (status, where) == (303, "/notices")
    assert address not in (await first.get("/notices")).text
    assert (await sent(first, address))[0] == 409


@pytest.mark.parametrize("text", ["", "   ", "Dear colleague, lunch is at noon."])
async def test_what_is_no_notice_is_refused_with_a_reason_and_kept(console: Console, text: str) -> None:
    browser = await console.as_("hr_officer")
    page = (await browser.get("/notices")).text
    answer = await browser.post("/notices", {"csrf": csrf(page), "text": text})
    assert (answer.status_code, "could not be read as a notice" in answer.text) == (400, True)
    assert text in answer.text
    assert await console.desk.notices.open() == []


async def test_a_file_is_taken_as_text_page_or_pdf_and_what_holds_no_text_is_refused(console: Console) -> None:
    browser = await console.as_("hr_officer")
    found = csrf((await browser.get("/notices")).text)
    page = f"<!doctype html><html><body>{''.join(f'<p>{line}</p>' for line in PLAIN.splitlines())}</body></html>"
    for name, body, status in (("n.txt", PLAIN.encode(), 303), ("n.html", page.encode(), 303), ("n.pdf", b"%PDF-1.7 no text", 400)):
        answer = await browser.http.post("/notices", data={"csrf": found}, files={"file": (name, body)}, headers=browser.sent)
        assert answer.status_code == status, name
    assert {each.source for each in await console.desk.notices.open()} == {"n.txt", "n.html"}


async def test_only_human_resources_import(console: Console) -> None:
    for person in ("auditor", "medical_advisers_office", "nobody"):
        assert (await (await console.as_(person)).get("/notices")).status_code == 403
