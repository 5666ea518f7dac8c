"""Dates, money, grades, clearances, places, languages: the small grammars, case by case."""

import pytest

from domain.notice.clearance import level
from domain.notice.dates import is_ongoing, moments
from domain.notice.durations import first_years
from domain.notice.grades import grades, grades_in_prose
from domain.notice.languages import levels
from domain.notice.lists import split_list
from domain.notice.money import money, money_in_prose
from domain.notice.normalise import fold, lines_of, passages_of
from domain.notice.places import countries, place

DATES = [
    ("05-May-2024", "2024-05-05", None, None),
    ("13-Apr-2025, 11:59:00 PM", "2025-04-13", "23:59:00", None),
    ("13-avr.-2025, 23:59:00", "2025-04-13", "23:59:00", None),
    ("05-mai-2024", "2024-05-05", None, None),
    ("02/04/2025 at 4pm CET", "2025-04-02", "16:00:00", None),
    ("02/01/2025 at 4 p.m. CET", "2025-01-02", "16:00:00", "Europe/Brussels"),
    ("2 avril 2025 à 16 heures (heure de Bruxelles)", "2025-04-02", "16:00:00", "Europe/Brussels"),
    ("5 May 2024 at noon, Brussels time", "2024-05-05", "12:00:00", "Europe/Brussels"),
    ("1er juillet 2025 à midi", "2025-07-01", "12:00:00", None),
    ("Friday, 5th of July, 2024 at midnight", "2024-07-05", "23:59:59", None),
    ("12:00 midday on 31/07/2024 (Brussels time)", "2024-07-31", "12:00:00", "Europe/Brussels"),
    ("31 août 2025, 23h59 (heure de Paris)", "2025-08-31", "23:59:00", "Europe/Paris"),
    ("2024-05-05 23:59", "2024-05-05", "23:59:00", None),
    ("May 5, 2024", "2024-05-05", None, None),
    ("5.5.2024", "2024-05-05", None, None),
    ("15 Jan 2026, 17:00 hours UTC", "2026-01-15", "17:00:00", "UTC"),
    ("30 June 2025, 11:59 p.m. CEST", "2025-06-30", "23:59:00", "Europe/Brussels"),
    ("30 June 2025, 23:59 CET/CEST", "2025-06-30", "23:59:00", "Europe/Brussels"),
    ("12 AM on 3 March 2025", "2025-03-03", "00:00:00", None),
    ("10 dec. 2024 18.30", "2024-12-10", "18:30:00", None),
    ("4 février 2025 à 9 h 05", "2025-02-04", "09:05:00", None),
    ("5 May 2024 at 17:00 (UTC+2)", "2024-05-05", "17:00:00", None),
]


@pytest.mark.parametrize(("text", "day", "clock", "zone"), DATES)
def test_a_date_with_its_time_and_zone(text: str, day: str, clock: str | None, zone: str | None) -> None:
    (moment,) = moments(fold(text))
    assert moment.as_json() == {"date": day, "time": clock, "zone": zone}


def test_cet_in_summer_is_kept_as_written_but_not_resolved() -> None:
    (moment,) = moments("2 april 2025 at 4pm cet")
    assert (moment.zone, moment.zone_text) == (None, "CET")


def test_cet_is_the_duty_stations_own_zone_when_its_clocks_agree() -> None:
    assert moments("5 january 2026, 23:59 cet", "vienna")[0].zone == "Europe/Vienna"
    assert moments("5 january 2026, 23:59 cet", "norfolk")[0].zone == "Europe/Brussels"


@pytest.mark.parametrize("text", ["31-Feb-2024", "99/99/2024", "G8-G10", "version 1.2.3", "tel. 02 707 41 11", "no. 250442", "in 2025"])
def test_what_is_no_date_is_none(text: str) -> None:
    assert moments(fold(text)) == []


def test_a_date_only_readable_month_first_is_read_but_marked() -> None:
    (moment,) = moments("04/13/2025")
    assert (moment.as_json()["date"], moment.inferred) == ("2025-04-13", True)


@pytest.mark.parametrize(
    "text", ["Ongoing", "En cours", "Open until filled", "jusqu'à ce que le poste soit pourvu", "Rolling basis", "Permanent"]
)
def test_a_notice_without_an_end(text: str) -> None:
    assert is_ongoing(fold(text))


MONEY = [
    ("3,833.04Euro (EUR) Monthly", 3833.04, "EUR", "month"),
    ("3 833,04Euro (EUR) Mensuelle", 3833.04, "EUR", "month"),
    ("9,253.21", 9253.21, None, None),
    ("EUR 4.051,52 par mois", 4051.52, "EUR", "month"),
    ("€ 62 000 per annum", 62000, "EUR", "year"),
    ("PLN 6,000 a month", 6000, "PLN", "month"),
    ("CHF 6'120.50", 6120.5, "CHF", None),
    ("$ 5,000 monthly", 5000, None, "month"),
    ("from 4565.36 EUR", 4565.36, "EUR", None),
    ("1 234 567,8 euros par an", 1234567.8, "EUR", "year"),
]


@pytest.mark.parametrize(("text", "amount", "currency", "period"), MONEY)
def test_money_in_both_conventions(text: str, amount: float, currency: str | None, period: str | None) -> None:
    read = money(fold(text))
    assert read is not None
    assert read.as_json() == {"amount": amount, "currency": currency, "period": period}


def test_a_label_may_hold_the_period_but_not_pay_basis() -> None:
    monthly, basis = money("4,000", "monthly salary"), money("4,000", "salary (pay basis)")
    assert monthly
    assert basis
    assert (monthly.period, basis.period) == ("month", None)


@pytest.mark.parametrize("text", ["step 3", "see the scale", "38 hours"])
def test_small_figures_are_no_salary(text: str) -> None:
    assert money(text) is None


def test_money_in_prose_needs_its_currency_beside_it() -> None:
    found = money_in_prose("the monthly remuneration, before deductions, is approximately pln 6,000. there are 57 states.")
    assert found is not None
    assert found[0].as_json() == {"amount": 6000.0, "currency": "PLN", "period": "month"}
    assert money_in_prose("the salary of the post is described in document 12345.") is None


GRADES = [
    ("NATO Grade G8-G10", [("G8", "G10")]),
    ("G10/G8", [("G8", "G10")]),
    ("NATO Grade G20", [("G20", "G20")]),
    ("A.2 / NATO Grade G15", [("G15", "G15")]),
    ("A.2/NATO Grade G15", [("G15", "G15")]),
    ("B-4/G-10", [("G10", "G10")]),
    ("G15 (A.2)", [("G15", "G15")]),
    ("B3/G8 and B4/G10", [("G8", "G8"), ("G10", "G10")]),
    ("A.2-A.3 / G15-G17", [("G15", "G17")]),
    ("G5/G8, G8, G8/G10 et G10", [("G5", "G8"), ("G8", "G8"), ("G8", "G10"), ("G10", "G10")]),
    ("5/8, 8, 8/10, 10", [("G5", "G8"), ("G8", "G8"), ("G8", "G10"), ("G10", "G10")]),
    ("C.3", [("C.3", "C.3")]),
    ("B3", [("B3", "B3")]),
    ("A.4", [("A.4", "A.4")]),
    ("A.2/A.3", [("A.2", "A.3")]),
    ("GA3", [("GA3", "GA3")]),
    ("inflation in A levels", []),
    ("to be decided", []),
]


@pytest.mark.parametrize(("text", "want"), GRADES)
def test_grades_of_the_organisation(text: str, want: list[tuple[str, str]]) -> None:
    assert [(grade.low, grade.high) for grade in grades(text, fold(text), nato=True)] == want


@pytest.mark.parametrize(
    ("text", "want"), [("G3", "G3"), ("P-4", "P-4"), ("AD 7", "AD 7"), ("FG IV", "FG IV"), ("GS-6", "GS-6"), ("NO-B", "NO-B")]
)
def test_grades_of_other_bodies_stay_as_printed(text: str, want: str) -> None:
    assert [(grade.low, grade.high) for grade in grades(text, fold(text), nato=False)] == [(want, want)]


def test_grades_in_prose_prefer_the_ones_written_out() -> None:
    text = "Posts of grades 5/8, 8 are filled; the pool serves G5/G8 and G8 grades."
    found = grades_in_prose(text, fold(text), nato=True)
    assert found is not None
    assert [(grade.low, grade.high) for grade in found[0]] == [("G5", "G8"), ("G8", "G8")]


@pytest.mark.parametrize(("text", "want"), [("Head of Section (G22)", "G22"), ("Assistant (B3/G8)", "G8")])
def test_a_grade_in_brackets_behind_a_title(text: str, want: str) -> None:
    found = grades_in_prose(text, fold(text), nato=True)
    assert found is not None
    assert [(grade.low, grade.high) for grade in found[0]] == [(want, want)]


@pytest.mark.parametrize("text", ["children in grade 10", "the same or a lower grade", "one of 24 grades", "a G7 summit and the G20"])
def test_other_grades_in_prose_are_left_alone(text: str) -> None:
    assert grades_in_prose(text, fold(text), nato=True) is None


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("NS", "NS"),
        ("NATO SECRET (NS) or higher", "NS"),
        ("COSMIC TOP SECRET", "CTS"),
        ("CTS/ATOMAL", "CTS"),
        ("NATO CONFIDENTIEL", "NC"),
        ("DIFFUSION RESTREINTE OTAN", "NR"),
        ("SECRET OTAN", "NS"),
        ("SECRET UE/EU SECRET", None),
        ("NATO UNCLASSIFIED", None),
        ("ANSWERS", None),
    ],
)
def test_clearance_levels_by_code_or_name(text: str, want: str | None) -> None:
    assert level(fold(text)) == want


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("Belgium-Brussels", ("BE", "Brussels")),
        ("Belgique-Bruxelles", ("BE", "Bruxelles")),
        ("NATO Headquarters, Brussels (Belgium)", ("BE", "Brussels")),
        ("Pays-Bas-La Haye", ("NL", "La Haye")),
        ("The Hague, Netherlands", ("NL", "The Hague")),
        ("NLD-The Hague", ("NL", "The Hague")),
        ("Luxembourg-Capellen", ("LU", "Capellen")),
        ("1110 Brussels, Belgium", ("BE", "Brussels")),
        ("Bruxelles", (None, "Bruxelles")),
        ("United States of America-Norfolk", ("US", "Norfolk")),
        ("Bosnia and Herzegovina, Sarajevo", ("BA", "Sarajevo")),
    ],
)
def test_places(text: str, want: tuple[str | None, str]) -> None:
    read = place(text)
    assert (read.country, read.city, read.text) == (*want, text)


def test_countries_in_both_languages_in_the_order_of_the_text() -> None:
    assert countries(fold("Belgique, République tchèque, the Netherlands, Türkiye and the United Kingdom")) == [
        "BE",
        "CZ",
        "NL",
        "TR",
        "GB",
    ]


@pytest.mark.parametrize(
    ("text", "want"),
    [("a 3-year contract", 3), ("trois ans", 3), ("36 months", 3), ("six mois", 0.5), ("three (3) years", 3), ("no end", None)],
)
def test_lengths_of_time(text: str, want: float | None) -> None:
    assert first_years(text) == want


LEVELS = [
    (
        'levels asked of English or French: V ("Advanced") in one, and III ("Intermediate") in the other one',
        "en|fr:V en|fr:III",
    ),
    ("levels of official languages: V (Advanced) in one; I (Beginner) in the other", "en|fr:V en|fr:I"),
    ("niveau V (« avancé ») dans l'une des langues officielles et niveau III (« intermédiaire ») dans l'autre", "en|fr:V en|fr:III"),
    ("level V in English and level III in French", "en:V fr:III"),
    ("English: V, French: II", "en:V fr:II"),
    ("English level V and French level III", "en:V fr:III"),
    ("niveau IV en français ; niveau II en anglais", "fr:IV en:II"),
    ("level V in both official languages", "en:V fr:V"),
    ("English at level V (Advanced) in English; level II in French would be an asset", "en:V"),
    ("advanced level in English", "en:V"),
    ("English SLP 3333 (STANAG 6001)", ""),
    ("English at B2 and French at A1", ""),
    ("I speak English", ""),
    ("fluent English", ""),
]


@pytest.mark.parametrize(("text", "want"), LEVELS)
def test_levels_of_language(text: str, want: str) -> None:
    found = levels(passages_of(lines_of(text), set()))
    assert " ".join(f"{entry['code']}:{entry['level']}" for entry, _, _ in found) == want


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("empathy, clarity and accuracy, and teamwork.", ["empathy", "clarity and accuracy", "teamwork"]),
        ("empathie, clarté et précision, initiative et écoute", ["empathie", "clarté et précision", "initiative", "écoute"]),
        ("", []),
    ],
)
def test_a_list_in_a_sentence(text: str, want: list[str]) -> None:
    assert split_list(text) == want
