"""Lists as files: the very view of the page, in a form no spreadsheet runs, and on record before it leaves."""

import csv
import io
import json
import re
import tracemalloc
from datetime import UTC, datetime
from tempfile import TemporaryFile
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import pytest

from config.telling import Teller
from console.exports import Column, Listing, Taking
from console.sheets import FORMATS, TYPES, Cover, Layout, safe
from console.wiring import LISTINGS
from domain.errors import BadInput
from tests.console.conftest import FRAME, Browser, Console, csrf
from tests.gateway.api.played import AT_CONDITIONS, AT_SHORTLISTING, NAME

HOSTILE = ('=HYPERLINK("http://x")', "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1", "\n=1")
MOMENT = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
LAYOUT = Layout(("Name", "When"), ("name", "when"), ZoneInfo("Europe/Brussels"), ("Cover", "List"))
COVER = Cover("Muster: Hires", (("Rows", "9"), ("Filter", "=1+1")))


async def take(browser: Browser, listing: str, kind: str, **asked: str) -> Any:
    page = (await browser.get(f"/{listing}")).text
    return await browser.post(f"/exports/{listing}", {"csrf": csrf(page), "format": kind, **asked})


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def written(kind: str, *rows: tuple[Any, ...]) -> bytes:
    into = io.BytesIO()
    sheet = FORMATS[kind](into, LAYOUT)
    for row in rows:
        sheet.write([row])
    sheet.close(COVER)
    return into.getvalue()


# ---- what a spreadsheet makes of it ------------------------------------------------------------------------------------------


def test_a_name_that_is_a_formula_stays_text_in_a_workbook() -> None:
    book = openpyxl.load_workbook(io.BytesIO(written("xlsx", *((name, MOMENT) for name in HOSTILE))))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "d", "n"}  # never "f"
    assert [str(row[0].value).replace("_x000D_", "\r") for row in book["List"].iter_rows(min_row=2)] == [f"'{name}" for name in HOSTILE]
    assert book["Cover"]["B4"].value == "'=1+1"
    assert all(cell.hyperlink is None for cell in cells)


def test_a_name_that_is_a_formula_is_none_in_csv_and_itself_in_json() -> None:
    text = written("csv", *((name, None) for name in HOSTILE)).decode("utf-8")
    assert [row["Name"] for row in rows_of(text)] == [f"'{name}" for name in HOSTILE]
    assert [row["name"] for row in json.loads(written("json", *((name, None) for name in HOSTILE)))["rows"]] == list(HOSTILE)


def test_plain_names_are_left_alone() -> None:
    assert [safe(name) for name in ("Ada", "O'Neill", "5 = 5", "")] == ["Ada", "O'Neill", "5 = 5", ""]


def test_moments_are_of_their_own_type_and_of_the_offices_zone() -> None:
    book = openpyxl.load_workbook(io.BytesIO(written("xlsx", ("Ada", MOMENT))))
    assert book["List"]["B2"].value == datetime(2026, 3, 2, 0, 30)  # noqa: DTZ001
    assert rows_of(written("csv", ("Ada", MOMENT)).decode())[0]["When"] == "2026-03-02T00:30+01:00"


def test_csv_begins_with_the_mark_without_which_excel_reads_no_accent() -> None:
    assert written("csv", ("Zoë", None)).startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize("kind", FORMATS)
def test_a_list_without_rows_is_still_a_file(kind: str) -> None:
    raw = written(kind)
    match kind:
        case "json":
            assert json.loads(raw)["rows"] == []
        case "csv":
            assert rows_of(raw.decode()) == []
        case _:
            assert openpyxl.load_workbook(io.BytesIO(raw))["List"].max_row == 1
    assert kind in TYPES


@pytest.mark.parametrize("kind", FORMATS)
def test_a_long_list_costs_no_memory(kind: str) -> None:
    """Ten thousand rows take no more than a few megabytes: what is written is on disk."""
    tracemalloc.start()
    with TemporaryFile() as into:
        sheet = FORMATS[kind](into, LAYOUT)
        for n in range(20):
            sheet.write((f"Somebody {n} {m}", MOMENT) for m in range(500))
        sheet.close(COVER)
        peak, size = tracemalloc.get_traced_memory()[1], into.tell()
    tracemalloc.stop()
    assert size > 100_000
    assert peak < 4 * 1024 * 1024


# ---- the very view -----------------------------------------------------------------------------------------------------------


async def test_the_file_has_the_rows_of_the_page_and_no_others(console: Console) -> None:
    browser = await console.as_("hr_officer")
    answer = await take(browser, "hires", "csv", stage="shortlisting", sort="case")
    page = (await browser.get("/hires?stage=shortlisting&sort=case")).text
    shown = re.findall(r'<th scope="row"><a href="/hires/([a-z0-9-]+)"', page)
    assert [row["Hire"] for row in rows_of(answer.text)] == shown
    assert AT_SHORTLISTING in shown
    assert AT_CONDITIONS not in answer.text


@pytest.mark.parametrize("listing", [each.name for each in LISTINGS])
async def test_every_column_of_the_page_is_in_the_file(console: Console, listing: str) -> None:
    browser = await console.as_("hr_officer")
    page = (await browser.get(f"/{listing}")).text
    heads = set(re.findall(r'<th scope="col">([^<]+)</th>', page))
    assert heads
    assert heads <= set(next(csv.reader(io.StringIO((await take(browser, listing, "csv")).text.removeprefix("\ufeff")))))


async def test_the_first_sheet_says_what_was_asked_by_whom_when_and_how_much_it_is(console: Console) -> None:
    answer = await take(await console.as_("hr_officer"), "hires", "xlsx", stage="shortlisting")
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    said = {row[0].value: row[1].value for row in book.worksheets[0].iter_rows(min_row=3)}
    assert said["Stage"] == "shortlisting"
    assert said["Rows"] == str(book.worksheets[1].max_row - 1)
    assert "hr_officer" in said["Taken by"]
    assert "(Brussels time)" in said["As of"] or said["Time zone"]


async def test_the_name_of_a_csv_says_the_same(console: Console) -> None:
    browser = await console.as_("hr_officer")
    named = (await take(browser, "hires", "csv", stage="shortlisting")).headers["content-disposition"]
    assert re.fullmatch(r'attachment; filename="muster_hires_stage=shortlisting_\S+_\d{4}-\d\d-\d\dT\d{4}_hr_officer_\d+-rows\.csv"', named)


async def test_names_are_in_the_file_of_whoever_sees_them_and_of_nobody_else(console: Console) -> None:
    assert NAME in (await take(await console.as_("hr_officer"), "hires", "json")).text
    assert NAME not in (await take(await console.as_("auditor"), "hires", "json")).text
    await console.desk.preferences.put("hr_officer", masked="on")
    assert NAME not in (await take(await console.as_("hr_officer"), "hires", "json")).text


async def test_an_office_takes_only_the_hires_of_its_own(console: Console) -> None:
    answer = await take(await console.as_("medical_advisers_office"), "hires", "csv", ending="")
    assert {row["Hire"] for row in rows_of(answer.text)} >= {AT_CONDITIONS}
    assert AT_SHORTLISTING not in answer.text


async def test_a_file_is_in_the_language_of_whoever_takes_it(console: Console) -> None:
    await console.desk.preferences.put("hr_officer", language="fr")
    assert "Étape" in rows_of((await take(await console.as_("hr_officer"), "hires", "csv")).text)[0]


# ---- rights, and what is on record -------------------------------------------------------------------------------------------


async def test_every_export_is_on_record_with_who_what_and_how_many(console: Console) -> None:
    browser = await console.as_("hr_officer")
    rows = len(rows_of((await take(browser, "hires", "csv", ending="")).text))
    await take(browser, "hires", "xlsx", stage="shortlisting")
    first, second = (each for each in await console.desk.reads.of("lists"))
    assert (first["reader"], first["what"]) == ("person:hr_officer", ["identity", "list"])
    assert first["about"].startswith(f"hires.csv {rows} rows")
    assert "stage=shortlisting" in second["about"]
    leaves = [trace for trace in await console.desk.auditing.search(_of_lists()) if trace.actor == "person:hr_officer"]
    assert len(leaves) == 2


def _of_lists() -> Any:
    from domain.log.trail import Wanted

    return Wanted(streams=frozenset({"lists"}), leaf="read")


async def test_a_form_from_elsewhere_and_a_filter_there_is_not_take_nothing(console: Console) -> None:
    browser = await console.as_("hr_officer")
    page = (await browser.get("/hires")).text
    assert (await browser.post("/exports/hires", {"format": "csv"})).status_code == 403
    assert (await browser.post("/exports/hires", {"csrf": csrf(page), "format": "exe"})).status_code == 400
    assert (await browser.post("/exports/hires", {"csrf": csrf(page), "colour": "blue"})).status_code == 400
    assert (await browser.get("/exports/hires")).status_code == 405
    assert await console.desk.reads.of("lists") == []


async def test_who_may_not_see_a_list_cannot_take_it_and_asks_nothing_the_page_refuses(console: Console) -> None:
    office = await console.as_("medical_advisers_office")
    token = csrf((await office.get("/hires")).text)
    assert (await office.post("/exports/deadlines", {"csrf": token})).status_code == 403
    auditor = await console.as_("auditor")
    asked = {"csrf": csrf((await auditor.get("/hires")).text), "ending": "medically_unfit"}
    assert (await auditor.post("/exports/hires", asked)).status_code == 403


async def test_more_rows_than_fit_are_refused_and_not_cut(console: Console) -> None:
    async def endless(visitor: Any, asked: Any) -> Any:
        while True:
            yield [{"n": 1}] * 10_000

    listing: Listing = next(each for each in LISTINGS if each.name == "vacancies")
    many = Listing(
        "vacancies", listing.resource, listing.asked, lambda visitor: [Column("n", "console.col.hires", _n)], lambda a, t: (), endless
    )
    visitor: Any = type("Somebody", (), {"person": "x", "name": "X"})()
    taking = Taking(many, visitor, many.read({}), Teller(FRAME.words, "en"), "UTC", MOMENT)
    with pytest.raises(BadInput, match="narrow it"):
        await taking.file("csv")


def _n(row: Any, teller: Teller) -> int:
    return int(row["n"])
