"""What a rehearsal found, as `muster policy rehearse` prints it."""

from cli import show
from cli.outlook import Tongue
from config.rehearsed import as_data, lines
from config.telling import Teller
from config.words import Words
from domain.rehearsal import Rehearsal


def rehearsal_shown(found: Rehearsal, language: Tongue = Tongue.EN, *, json: bool) -> None:
    if json:
        show.as_json(as_data(found, teller_of(language)))
        return
    for line in lines(found, teller_of(language)):
        show.line(line)


def teller_of(language: Tongue) -> Teller:
    return Teller(Words.load(), language)
