"""Amounts of money in both conventions: `3,833.04Euro (EUR) Monthly` and `3 833,04 EUR par mois`. What is not printed is None."""

import re
from dataclasses import dataclass
from typing import Final, Literal

_AMOUNT: Final = r"(?<![\d.,])(?P<amount>\d{1,3}(?:[ .,']\d{3}){1,3}(?:[.,]\d{1,2})?(?![\d]|[.,]\d)|\d{1,9}(?:[.,]\d{1,2})?(?![\d]|[.,]\d))"
_CURRENCIES: Final[tuple[tuple[str, str], ...]] = (
    (r"(?<![a-z])eur\b|€|(?<![a-z])euros?\b", "EUR"),
    (r"\busd\b|us ?\$|\$ ?us\b|\bus dollars?\b|\bdollars? (?:des etats-unis|americains?)\b", "USD"),
    (r"\bgbp\b|£|\bpounds? sterling\b|\blivres? sterling\b", "GBP"),
    (r"\bchf\b|\b(?:swiss francs?|francs? suisses?)\b", "CHF"),
    (r"\bpln\b|\bzloty", "PLN"),
    (r"\bcad\b|\b(?:canadian dollars?|dollars? canadiens?)\b", "CAD"),
    (r"\bnok\b", "NOK"),
    (r"\bdkk\b", "DKK"),
    (r"\bsek\b", "SEK"),
    (r"\bisk\b", "ISK"),
    (r"\bczk\b", "CZK"),
    (r"\bhuf\b", "HUF"),
    (r"\bron\b", "RON"),
    (r"\bbgn\b", "BGN"),
    (r"\btry\b", "TRY"),
    (r"\bbam\b", "BAM"),
)
_CURRENCY = [(re.compile(pattern), code) for pattern, code in _CURRENCIES]
_MONTH = re.compile(
    r"(?<![a-z])(?:monthly|(?:per|a|each) month|/ ?month|mensuel(?:le)?s?|par mois|/ ?mois|p\.m\.)(?![a-z])|(?<![a-z])monthly(?=grade)"
)
_YEAR = re.compile(r"(?<![a-z])(?:yearly|annual(?:ly)?|per (?:year|annum)|a year|/ ?year|p\.a\.|annuel(?:le)?s?|par an|/ ?an)(?![a-z])")
_AMOUNT_RE = re.compile(_AMOUNT)
_PROSE = re.compile(
    r"\b(?:(?P<period>monthly|annual|yearly) (?:basic |net |gross )?(?:salary|remuneration|pay)|(?:basic |starting "
    r"|entry )?salary|remuneration"
    r"|(?:salaire|traitement|remuneration)(?: de base)?(?: (?P<periode>mensuel|annuel)(?:le)?)?(?: de base)?)\b"
)
LEAST: Final = 100
"""Smaller figures beside a salary label are steps, hours or percentages."""


@dataclass(frozen=True, slots=True)
class Money:
    amount: float
    currency: str | None
    period: Literal["month", "year"] | None

    def as_json(self) -> dict[str, object]:
        return {"amount": self.amount, "currency": self.currency, "period": self.period}


def number(text: str) -> float:
    """The figure a printed amount means: a lone separator before exactly three digits groups thousands, else it is the decimal one."""
    digits = text.replace(" ", "").replace("'", "")
    marks = [mark for mark in digits if mark in ".,"]
    if not marks:
        return float(digits)
    last = marks[-1]
    grouped = len(digits) - digits.rindex(last) - 1 == 3
    if grouped and (len(set(marks)) == 1):
        return float(digits.replace(last, ""))
    whole, _, cents = digits.rpartition(last)
    return float(re.sub(r"[.,]", "", whole) + "." + cents)


def number_starts(folded: str) -> bool:
    """Whether a value begins with an amount, a currency before it allowed."""
    match = _AMOUNT_RE.search(folded[:40])
    return match is not None and not re.search(r"[a-z]{4}", folded[: match.start()])


def money(folded: str, label: str = "") -> Money | None:
    """The first amount in a labelled value; its currency and period are looked for beside it (the period in the label too)."""
    for match in _AMOUNT_RE.finditer(folded[:200]):
        amount = number(match["amount"])
        if amount >= LEAST:
            around = folded[max(0, match.start() - 20) : match.end() + 60]
            return Money(amount, currency(around), period(around) or period(label.replace("pay basis", "").replace("base de paie", "")))
    return None


def currency(folded: str) -> str | None:
    """The ISO 4217 code of the currency named first, or None; a bare "$" names none."""
    found = [(match.start(), code) for pattern, code in _CURRENCY if (match := pattern.search(folded))]
    return min(found)[1] if found else None


def period(folded: str) -> Literal["month", "year"] | None:
    month, year = _MONTH.search(folded), _YEAR.search(folded)
    if month and (not year or month.start() < year.start()):
        return "month"
    return "year" if year else None


def money_in_prose(folded: str) -> tuple[Money, int, int] | None:
    """A sentence that names a salary and, within it, an amount with its currency; with where it stands."""
    for match in _PROSE.finditer(folded):
        window = folded[match.start() : match.end() + 140].split(". ")[0]
        for amount in _AMOUNT_RE.finditer(window):
            around = window[max(0, amount.start() - 6) : amount.end() + 14]
            value, code = number(amount["amount"]), currency(around)
            if code and value >= LEAST:
                words = folded[max(0, match.start() - 20) : match.start() + len(window)]
                return Money(value, code, period(words)), match.start(), match.start() + amount.end()
    return None
