"""One journey for each who takes part, by mouse and by keyboard alone: from a notice to the first day of duty, every act done in a browser.

Everything is real: the console and the other doors are processes, cases run in Temporal, partners send signed events.
"""

import re
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, expect

from tests.console.test_notices import PLAIN
from tests.end_to_end.seeing import NEEDS_BROWSER
from tests.end_to_end.walking import Hall, Walker, Way, hall
from tests.hiring import Hiring, day
from tests.installation import installation

pytestmark = [NEEDS_BROWSER, pytest.mark.slow]
REFERENCE = "260901"
ONGOING = PLAIN.replace("28 March 2027", "Open until filled").replace("28 mars 2027", "recrutement continu")
#: Who did what, as the journal has it in the end.
DONE = {
    "screened": "ines",
    "shortlisting_decided": "marc",
    "assessment_marked": "bruno",
    "interview_marked": "bruno",
    "offer_issued": "ines",
    "paper_reply_entered": "simon",
    "condition_replied": "hugo",
    "contract_proposed": "ines",
    "contract_approved": "hugo",
    "probation_decided": "lena",
}


@pytest.fixture(params=["mouse", "keyboard"])
async def place(request: pytest.FixtureRequest, browser: Browser) -> AsyncIterator[Hall]:
    way: Way = request.param
    async with installation() as found, hall(found, browser, way) as opened:
        yield opened


async def test_a_hire_from_its_notice_to_the_first_day_by_everybodys_own_hands(place: Hall) -> None:
    hiring, hr = Hiring(place.place), await place.walker("ines")
    await imported(hr)
    await hiring.vacancy_is(REFERENCE, "published")
    case = await hiring.apply(REFERENCE)
    await hiring.judged(case)
    await selected(place, hiring, hr, case)
    await conditions(place, hiring, hr, case)
    await contracted(place, hiring, hr, case)
    await kept_apart(await place.walker("mina"), case.removeprefix("hire/"))
    await (await place.walker("lena")).act(case.removeprefix("hire/"), "decide_probation", yes)
    await hiring.until(case, lambda row: row["ending"] == "appointed_and_confirmed")
    assert await doers(hiring, case) == DONE
    await watched(await place.walker("aude"), case)
    # Once the short list is decided, the hire is none of the hiring manager's any more, and the page they stand on says so.
    assert [said for said in place.complaints if "404" not in said] == []
    assert place.refusals == []


async def imported(hr: Walker) -> None:
    """The notice pasted, read, given what it lacks, and published."""
    await hr.go("Vacancies", "v")
    await hr.press(hr.page.get_by_role("link", name="Import a notice"))
    await hr.write("Or paste its text", ONGOING)
    await hr.press(hr.page.get_by_role("button", name="Read it"))
    await hr.page.wait_for_url("**/notices/*")
    await hr.choose("Kind of post 1", "an established post")
    await hr.press(hr.page.get_by_role("button", name="Save and check"))
    await hr.press(hr.page.get_by_role("button", name="Publish the vacancy"))
    await expect(hr.page.get_by_text("Published. The vacancy opens within a moment")).to_be_visible()


async def selected(place: Hall, hiring: Hiring, hr: Walker, case: str) -> None:
    """Screened by HR, shortlisted by the hiring manager, marked by the board, decided by the appointing authority, and offered the post."""
    hire = case.removeprefix("hire/")
    await hr.act(hire, "screen", yes)
    await (await place.walker("marc")).act(hire, "shortlist", yes)
    await hiring.event("assessment", "assessment.completed", case, reference="V1", answered_on=day(0))
    member = await place.walker("bruno")
    await member.act(hire, "mark_assessment", lambda w: w.write(SCORE, "80"))
    await hiring.event("assessment", "interview.scheduled", case, starts_at=f"{day(3)}T09:00:00Z", minutes=45, place="HQ")
    await hiring.event("assessment", "interview.completed", case, attended=True)
    await member.act(hire, "mark_interview", lambda w: w.write(SCORE, "70"))
    await hiring.until(case, lambda row: row["stage"] == "selection")
    await reported(await place.walker("carla"), hire)
    decider = await place.walker("anna")
    await decider.to_vacancy(REFERENCE, "decide_report")
    await decider.tick(decider.page.get_by_label("Yes").first)
    await decider.confirm()
    await hr.act(hire, "issue_offer")
    await hiring.event("portal", "offer.answered", case, accepted=True)


async def reported(chair: Walker, hire: str) -> None:
    """The board's report, filled in as a table by its chair."""
    await chair.to_vacancy(REFERENCE, "submit_report")
    await chair.write(re.compile(f"(Score|Points).*{hire}|{hire}.*(Score|Points)", re.I), "150")
    await chair.write(re.compile(f"Rank.*{hire}|{hire}.*Rank", re.I), "1")
    await chair.choose(re.compile(f"Recommendation.*{hire}|{hire}.*Recommendation", re.I), "selected")
    await chair.confirm()


async def conditions(place: Hall, hiring: Hiring, hr: Walker, case: str) -> None:
    """Partners answer by their systems, the security office by a paper that one person enters and another confirms."""
    hire = case.removeprefix("hire/")
    await hiring.asked(case)
    await hiring.satisfy(case, "medical", "verification")
    office = await place.walker("simon")
    await office.to_hire(hire, "enter_reply")
    await office.choose("Outcome", "granted")
    await office.write(re.compile("reference"), "P-2026-17")
    await office.write(re.compile("Last day"), day(2000))
    await office.choose(re.compile("Level"), "NS")
    await office.confirm()
    head = await place.walker("hugo")
    await head.act(hire, "confirm_reply")
    await hiring.until(
        case, lambda row: any(each["condition"] == "accreditation" and each["state"] == "requested" for each in row["conditions"])
    )
    await hiring.satisfy(case, "accreditation")


async def contracted(place: Hall, hiring: Hiring, hr: Walker, case: str) -> None:
    """Proposed by one, approved by another on what they read; signed, and entered on duty."""
    hire = case.removeprefix("hire/")
    await hr.act(hire, "propose_contract")
    await (await place.walker("hugo")).act(hire, "approve_contract")
    await hiring.event("portal", "contract.signed", case, signed=True, enters_on=day(30))
    await hiring.event("hris", "duty.entered", case, entered_on=day(30))
    await hiring.until(case, lambda row: row["stage"] == "probation")


async def kept_apart(office: Walker, hire: str) -> None:
    """The medical office sees its own condition of the hire, and nothing of the others'."""
    await office.go("Hires", "h")
    await office.press(office.page.locator(f'tr a[href="/hires/{hire}"]').first)
    await expect(office.page.locator("main")).to_contain_text(re.compile("medical approval", re.I))
    await expect(office.page.locator("main")).not_to_contain_text(re.compile("security clearance", re.I))


async def watched(auditor: Walker, case: str) -> None:
    """The auditor finds the case, verifies it, and is offered nothing to do."""
    hire = case.removeprefix("hire/")
    await auditor.page.goto(f"{auditor.origin}/audit/cases/hire/{hire}")
    await auditor.press(auditor.page.get_by_role("button", name=re.compile("Verify")))
    await expect(auditor.page.locator(".verdict")).to_be_visible()
    await auditor.page.goto(f"{auditor.origin}/hires/{hire}")
    await expect(auditor.page.locator('a[href*="/acts/"]')).to_have_count(0)


SCORE = re.compile("^Points")


async def yes(walker: Walker) -> None:
    await walker.tick(walker.page.get_by_label("Yes").first)


async def doers(hiring: Hiring, case: str) -> dict[str, str]:
    """Who wrote each of the facts that somebody decides."""
    timeline = await hiring.place.desk.timeline(case)
    acted = [each for each in timeline if each["kind"] in DONE and each["actor"].startswith("person:")]
    return {each["kind"]: each["actor"].removeprefix("person:") for each in acted}
