"""`muster hire contract`: the terms proposed to one person, line by line, each with the clause it comes from."""

from typing import Any

from cli import show
from cli.outlook import Tongue
from cli.text import named
from config.telling import Teller
from config.words import Words
from domain.contract import Terms, figures
from domain.errors import NotNow

HEAD = ("vacancy", "post", "post_kind", "kind", "enters_on", "ends_on", "grade", "policy")


def contract_shown(hire: Any, language: Tongue, *, json: bool) -> None:
    """Raises NotNow where nothing is proposed."""
    found = show.fields(hire)
    if not found.get("terms"):
        raise NotNow("no contract is proposed for this hire", code="nothing_proposed")
    terms = Terms.model_validate(found["terms"])
    rows = lines(terms, language)
    about = {name: found.get(name) for name in ("terms_sha256", "proposed_by", "approved")}
    if json:
        show.as_json({**terms.model_dump(mode="json"), **about, "lines": rows})
        return
    show.sheet({**{name: getattr(terms, name) for name in HEAD}, **about})
    show.line()
    show.table(rows, ("term", "value", "clause", "words", "sources"))
    if terms.changed:
        show.line()
        show.line("Changed since publication; what is in use on the day of appointment applies:")
    for change in terms.changed:
        show.line(f"- {named(change.figure)}: {change.at_publication} at publication, {change.now} now")


def lines(terms: Terms, language: Tongue) -> list[dict[str, Any]]:
    """Each line in that language, days written out."""
    teller, known = Teller(Words.load(), language), figures(terms)
    said = {name: teller.day(value) if name.startswith("earliest") and value else value for name, value in _days(terms, known).items()}
    return [
        {
            "term": line.term,
            "value": line.value,
            "clause": line.clause,
            "words": teller.say(f"clause.{line.clause}", **said),
            "sources": list(line.sources),
        }
        for line in terms.conditions
    ]


def _days(terms: Terms, known: dict[str, Any]) -> dict[str, Any]:
    names = ("earliest_advancement", "earliest_reduced_advancement")
    return known | {name: getattr(terms, name) for name in names}
