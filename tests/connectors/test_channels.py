"""Everything we ask of any kind of partner, over each of the three channels: real HTTP, real SMTP, real paper. Asked, recalled, chased."""

import json
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pdfplumber
import pytest
import pytest_asyncio

from acts.chasing import draft
from config.partners import Partner
from config.words import LANGUAGES, Words
from connectors.authority import Authority, connect
from connectors.by_hand import reference_of
from connectors.letters.render import Printer
from connectors.letters.sheet import Sheets
from connectors.mail import SmtpMail
from connectors.signatures import new_signing_key, sign
from domain.asked import OurAsk
from domain.events import PartnerKind
from domain.reconciling import Difference
from domain.silence import TIMED_BY, Awaited, Expected
from domain.words import Stage
from sandbox.mail import Sink
from sandbox.partners import Street, everybody
from tests.world import at_stage

NOW = datetime(2027, 3, 2, 9, tzinfo=UTC)
WORDS = Words.load()
SHEETS = Sheets(lambda: Printer(WORDS))
MUSTER = new_signing_key("muster-test")
PERSON = {"name": "Zoé Müller", "email": "zoe@example.org"}

#: What each kind of partner is asked for, and who it is in the sandbox. Portal and personnel system are asked nothing: they are told.
ASKED = {
    PartnerKind.NATIONAL_AUTHORITY: ("clearance", "nation-no"),
    PartnerKind.MEDICAL_ADVISER: ("medical", "medical"),
    PartnerKind.VERIFICATION_AGENCY: ("verification", "verification"),
    PartnerKind.HOST_NATION: ("accreditation", "host-nation"),
    PartnerKind.NATIONAL_ADMINISTRATION: ("secondment", "administration-fr"),
    PartnerKind.BUDGET_AUTHORITY: ("budget", "budget"),
    PartnerKind.ASSESSMENT_PLATFORM: ("assessment", "assessment"),
}
every_kind = pytest.mark.parametrize("kind", ASKED)


def test_every_kind_that_is_asked_anything_is_here() -> None:
    assert set(ASKED) == set(TIMED_BY) == set(PartnerKind) - {PartnerKind.PORTAL, PartnerKind.HRIS}


def partner(kind: PartnerKind, channel: str, base_url: str | None = None) -> Partner:
    name = ASKED[kind][1]
    return Partner.model_validate(
        {"id": name, "kind": kind, "name": name, "channel": channel, "base_url": base_url, "email": "desk@partner.example"}
    )


def key(kind: PartnerKind) -> str:
    return f"hire/7q2k9fxm/{ASKED[kind][0]}/request/1"


async def asked(authority: Authority, kind: PartnerKind) -> str:
    asked = await authority.ask(key=key(kind), kind=ASKED[kind][0], case="hire/7q2k9fxm", details={"level": "NS"}, person=PERSON)
    return str(asked["reference"])


# ---- over HTTP -------------------------------------------------------------------------------------------------------------


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def street(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Street]:
    opened = Street(everybody(["NO"], ["FR"]), tmp_path_factory.mktemp("partners"), lambda: NOW)
    opened.muster_keys = (MUSTER.verifying(),)
    async with opened.open():
        yield opened


@every_kind
@pytest.mark.asyncio(loop_scope="session")
async def test_over_http_it_is_asked_found_and_recalled(street: Street, kind: PartnerKind) -> None:
    name = ASKED[kind][1]
    url = f"{street.base_url}/{name}"
    authority = connect(partner(kind, "http", url), sign=lambda message, body: sign(MUSTER, message, body))
    try:
        assert await asked(authority, kind) == f"{name}-0001"
        assert list(await authority.known() or {}) == [key(kind)]
        await authority.recall(key(kind))
        assert (await authority.known(), street.partners[name].recalled) == ({}, {key(kind)})
    finally:
        await authority.close()


# ---- by e-mail -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def sink(tmp_path: Path) -> Iterator[Sink]:
    with Sink(tmp_path / "mail.jsonl", lambda: NOW).open() as opened:
        yield opened


@every_kind
async def test_by_mail_it_is_asked_and_recalled_under_one_reference(sink: Sink, tmp_path: Path, kind: PartnerKind) -> None:
    mail = SmtpMail("127.0.0.1", sink.port, "recruitment@muster.example")
    authority = connect(partner(kind, "email"), mail=mail, say=WORDS.say)
    reference = await asked(authority, kind)
    await asked(authority, kind)  # a second copy is recognisable as the same letter
    await authority.recall(key(kind))
    ask, copy, recall = [json.loads(line) for line in (tmp_path / "mail.jsonl").read_text("utf-8").splitlines()]
    assert ask["id"] == copy["id"] != recall["id"]
    assert (ask["to"], reference in ask["subject"], reference in ask["body"], reference in recall["body"]) == (
        ["desk@partner.example"],
        True,
        True,
        True,
    )
    for language in LANGUAGES:
        assert WORDS.say(f"ask.kind.{ASKED[kind][0]}", language) in ask["body"]
    assert "Müller" not in json.dumps([ask, recall], ensure_ascii=False)


# ---- on paper --------------------------------------------------------------------------------------------------------------


def read(pdf: Path) -> str:
    with pdfplumber.open(BytesIO(pdf.read_bytes())) as document:
        return "\n".join(page.extract_text() for page in document.pages)


@every_kind
async def test_on_paper_it_is_asked_and_recalled_on_a_sheet_a_language(tmp_path: Path, kind: PartnerKind) -> None:
    authority = connect(partner(kind, "paper"), say=WORDS.say, paper_dir=tmp_path, sheet=SHEETS.set)
    reference = await asked(authority, kind)
    await authority.recall(key(kind))
    folder = tmp_path / ASKED[kind][1]
    assert sorted(path.name for path in folder.iterdir()) == sorted(
        f"{reference}{recall}{rest}" for recall in ("", "-recall") for rest in (".txt", "-en.pdf", "-fr.pdf")
    )
    for language in LANGUAGES:
        sheet = read(folder / f"{reference}-{language}.pdf")
        assert reference in sheet
        assert WORDS.say(f"ask.kind.{ASKED[kind][0]}", language) in sheet
        assert "Müller" not in sheet
        assert reference in read(folder / f"{reference}-recall-{language}.pdf")


async def test_a_sheet_that_was_printed_is_never_set_again(tmp_path: Path) -> None:
    authority = connect(partner(PartnerKind.MEDICAL_ADVISER, "paper"), say=WORDS.say, paper_dir=tmp_path, sheet=SHEETS.set)
    reference = await asked(authority, PartnerKind.MEDICAL_ADVISER)
    sheet = tmp_path / "medical" / f"{reference}-en.pdf"
    before = sheet.stat().st_mtime_ns
    await asked(authority, PartnerKind.MEDICAL_ADVISER)
    assert sheet.stat().st_mtime_ns == before


async def test_the_reference_on_the_paper_is_the_one_the_answer_is_entered_with(tmp_path: Path) -> None:
    world, case = at_stage(Stage.CONDITIONS)
    authority = connect(partner(PartnerKind.MEDICAL_ADVISER, "paper"), say=WORDS.say, paper_dir=tmp_path, sheet=SHEETS.set)
    ask = world.hire(case).conditions["medical"].ask
    await authority.ask(key=ask, kind="medical", case=case, details={}, person=PERSON)
    [sheet] = (tmp_path / "medical").glob("*-en.pdf")
    [reference] = {word.strip(".,") for word in read(sheet).split() if word.startswith("M-")}
    world.act(case, "enter_reply", "mia", condition="medical", outcome="fit", reference=reference)
    world.act(case, "confirm_reply", "tom", condition="medical")
    medical = world.hire(case).conditions["medical"]
    assert (medical.state, medical.reference, reference) == ("satisfied", reference_of(ask), reference_of(ask))


# ---- reminded --------------------------------------------------------------------------------------------------------------


@every_kind
@pytest.mark.parametrize("channel", ["http", "email", "paper"])
def test_what_is_overdue_is_chased_in_both_languages_by_the_reference_they_know(kind: PartnerKind, channel: str) -> None:
    what, name = ASKED[kind]
    ask = OurAsk(key(kind), "hire/7q2k9fxm", name, what, what, NOW)
    late = [Awaited(ask, Expected(NOW, "policy"), True)]
    who = partner(kind, channel, "https://partner.example" if channel == "http" else None)
    chaser = draft(who, [Difference("overdue", ask.key, "chase")], late, {ask.key: "F-7"}, WORDS)
    assert chaser is not None
    assert chaser.body.count(ask.key if channel == "http" else reference_of(ask.key)) == len(LANGUAGES)
    assert chaser.body.count("F-7") == len(LANGUAGES)
    for language in LANGUAGES:
        assert WORDS.say(f"ask.kind.{what}", language) in chaser.body
    assert chaser.asks == (ask.key,)
