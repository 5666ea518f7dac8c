"""No page says a code where the catalogue has words: every page of the played store, read in French as somebody who sees everything."""

import re
from html.parser import HTMLParser

import pytest

from config.files import overlay_in
from config.words import Words
from console.pages.overlays import EXAMPLE
from domain.errors import Stale
from domain.words import Role
from store.database import Database
from tests.config.test_words import needed
from tests.console.conftest import Console, Told, csrf, opened_on
from tests.console.partnered import Outside, given_up, troubled
from tests.console.test_notices import PLAIN
from tests.end_to_end.test_console import PAGES
from tests.gateway.api.played import AT_CONDITIONS, WITHDRAWN

#: Pages that are about codes: what lies behind a hire, a policy or an overlay as the text it is written in.
OF_CODES = frozenset({"behind a hire", "a policy", "a new policy", "a new overlay"})
#: People and systems of the played store who are called like a code: a name is said as it stands.
NAMES = frozenset({"authority", "nobody", "chair", "hris", "portal", "medical", "verification"})
#: What is set as it stands, on purpose, and what is no text of ours.
AS_IT_STANDS = frozenset({"script", "style", "code", "kbd", "textarea", "pre"})
VOID = frozenset({"meta", "link", "input", "br", "hr", "img", "use", "wbr"})
#: Words of French that are spelt like a code of ours.
FRENCH = frozenset({"condition", "question", "description", "grade", "evaluation", "signature", "notice"})


class Visible(HTMLParser):
    """The pieces of text somebody reads on a page."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, bool]] = []
        self.said: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        own = tag in AS_IT_STANDS or {"code", "as-is"} & set((given.get("class") or "").split()) or given.get("lang") == "en"
        if tag not in VOID:
            self.open.append((tag, bool(own)))

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if data.strip() and not any(own for _, own in self.open):
            self.said.append(" ".join(data.split()))


def codes() -> set[str]:
    """Every value of the families the catalogue has words for."""
    values = {key.rpartition(".")[2] for key in needed()} | {
        key.removeprefix("reason.") for key in Words.load().known() if key.startswith("reason.")
    }
    return {value for value in values if re.fullmatch(r"[a-z]+(_[a-z]+)*", value)}


def raw(text: str, known: set[str], french: set[str]) -> set[str]:
    """The codes a piece of text says: those of several words wherever they stand, any if it stands alone, be it with spaces."""
    words = re.findall(r"(?<![\w/.:=-])[a-z]+(?:_[a-z]+)+(?![\w/.:=@-])", text)
    found = {word for word in words if word in known}
    alone = text.strip(" ·,:()").replace(" ", "_")
    return found | ({alone} if alone in known and text.strip(" ·,:()").casefold() not in french else set())


async def test_no_page_says_a_code_where_there_are_words(db: Database) -> None:
    await troubled(db)
    await given_up(db)
    console = opened_on(db, Outside())
    known, words = codes() - set(map(str, Role)), Words.load()
    french = {words.raw(key, "fr").casefold() for key in words.known()} | FRENCH
    browser = await console.as_("hr_head")
    await console.desk.preferences.put("hr_head", language="fr", theme="light")
    draft = await console.desk.notices.begin("hr_head", "", PLAIN)
    await console.desk.overlays.propose("appointing_authority", overlay_in(EXAMPLE))
    withdrawn = await console.desk.privacy.candidate(f"hire/{WITHDRAWN}")
    erasure = await console.desk.privacy.propose("data_protection_officer", withdrawn, "asked_by_person")
    hold = await console.desk.privacy.place("hr_head", f"hire/{AT_CONDITIONS}", "complaint")
    said: dict[str, set[str]] = {}
    for name, path in PAGES.items():
        if name in OF_CODES:
            continue
        answer = await browser.get(path.format(draft=draft, erasure=erasure, hold=hold))
        assert answer.status_code == 200, name
        reader = Visible()
        reader.feed(answer.text)
        assert len(reader.said) > 10, name
        if found := {code for text in reader.said for code in raw(text, known, french)} - NAMES:
            said[name] = found
    assert said == {}


async def test_what_an_act_takes_back_and_what_changed_meanwhile_are_told_in_words(console: Console, told: Told) -> None:
    told.answer = Stale("the case has moved on", code="stale")
    browser = await console.as_("hr_officer")
    await console.desk.preferences.put("hr_officer", language="fr", theme="light")
    path = f"/hires/{AT_CONDITIONS}/acts/withdraw"
    page = (await browser.get(path)).text
    asked = {"csrf": csrf(page), "version": "1", "request": "ab" * 12, "reason": "asked_by_person", "step": "preview"}
    preview = (await browser.post(path, asked)).text
    assert "une demande est rappelée" in preview
    assert "recall request" not in preview
    changed = await browser.post(path, asked | {"step": "confirm"})
    assert changed.status_code == 412
    assert "condition demandée" in changed.text.casefold()
    assert "condition requested" not in changed.text


@pytest.mark.parametrize(
    ("text", "says"),
    [("profile_matches", True), ("profile matches", True), ("Motif (in_time)", True), ("le profil convient", False)],
)
def test_a_code_is_recognised(text: str, says: bool) -> None:
    assert bool(raw(text, codes(), set())) is says
