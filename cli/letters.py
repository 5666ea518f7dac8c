"""`muster letters …`: what candidates are written. And of one hire, in `muster hire …`: what was sent, and one letter as it was sent."""

from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any

import typer

from cli import outlook, show
from cli.terminal import Case, Json, Person, terminal
from domain.errors import BadInput, NotNow

app = typer.Typer(help="What candidates are written.", no_args_is_help=True)
UNDELIVERED = ("parcel", "case_id", "type", "at", "attempts", "error")
COLUMNS = ("letter", "template", "language", "at", "sent_at", "sha256", "pdf_sha256")


@app.callback()
def _letters() -> None:
    """What candidates are written."""


@app.command("preview")
def preview(
    ctx: typer.Context,
    folder: Annotated[Path, typer.Option("--to", metavar="FOLDER", help="Where the PDFs go; made if it is not there.")],
    template: Annotated[str | None, typer.Argument(metavar="TEMPLATE", help="Only this letter, such as conditional_offer.")] = None,
    language: Annotated[outlook.Tongue | None, typer.Option("--language", help="Only in this language.")] = None,
    json: Json = False,
) -> None:
    """Set every letter with sample values, in both languages, as PDFs to read: the words and the paper are those of the real ones."""
    from config.words import LANGUAGES, Words
    from connectors.letters.compose import Composer
    from connectors.letters.preview import samples
    from connectors.letters.render import Printer

    words = Words.load()
    composer, printer = Composer(words, terminal(ctx).settings.smtp_from), Printer(words)
    rows = []
    for tongue in [language.value] if language else LANGUAGES:
        for name, letter in samples(composer, tongue, template).items():
            file = folder / f"{name}.{tongue}.pdf"
            _save(file, printer.print(letter))
            rows.append({"template": letter.template, "language": tongue, "subject": letter.subject, "file": str(file)})
    show.many(rows, ("template", "language", "file"), json_=json, none="There are no letters.")


Parcel = Annotated[str, typer.Argument(metavar="ID", help="The letter, as in `muster letters undelivered`.")]


@app.command()
def undelivered(ctx: typer.Context, json: Json = False) -> None:
    """List the letters that were given up after every try: whose, why."""
    found = terminal(ctx).at_store(lambda desk: desk.undelivered.all())
    show.many(found, UNDELIVERED, json_=json, none="No letter was given up.")


@app.command()
def again(
    ctx: typer.Context,
    person: Person,
    parcel: Annotated[str | None, typer.Argument(metavar="ID", help="One letter, as in `muster letters undelivered`.")] = None,
    error: Annotated[str | None, typer.Option("--error", metavar="CODE", help="All that were given up for this cause.")] = None,
    json: Json = False,
) -> None:
    """Have letters that were given up sent again, word for word. It is recorded who did it."""
    if (parcel is None) == (error is None):
        raise BadInput("name one letter, or --error", code="which_letters")
    n = terminal(ctx).at_store(lambda desk: desk.undelivered.again(person, parcel, error))
    if json:
        show.as_json({"again": n})
        return
    show.line(f"{n} to be sent again.")


@app.command()
def posted(ctx: typer.Context, parcel: Parcel, person: Person, json: Json = False) -> None:
    """Note that a letter that was given up went on paper: it counts as sent. It is recorded who says so."""
    terminal(ctx).at_store(lambda desk: desk.undelivered.posted(person, parcel))
    if json:
        show.as_json({"posted": parcel})
        return
    show.line("It is noted that this letter went on paper.")


def sent(ctx: typer.Context, case: Case, json: Json = False) -> None:
    """List the letters of a hire: which, in which language, when it was written and sent, and the hashes of its text and its PDF."""
    rows = terminal(ctx).at_store(lambda desk: desk.letters(case))
    if not json:
        rows = [row | {"sha256": row["sha256"][:16], "pdf_sha256": (row["pdf_sha256"] or "")[:16]} for row in rows]
    show.many(rows, COLUMNS, json_=json, none="No letter has been written.")


def one(
    ctx: typer.Context,
    letter: Annotated[str, typer.Argument(metavar="ID", help="The letter, as in `muster hire letters`.")],
    pdf: Annotated[Path | None, typer.Option("--pdf", metavar="FILE", help="Save the PDF that was sent.")] = None,
    text: Annotated[bool, typer.Option("--text", help="Print the text that was sent, and nothing else.")] = False,
    json: Json = False,
) -> None:
    """Show one letter as it was sent, or save its PDF. First what is kept is held against its hashes: the text's is in the journal."""
    if text and (pdf or json):
        raise BadInput("--text prints the text alone: leave out --pdf and --json", code="too_much")
    found = terminal(ctx).at_store(lambda desk: desk.letter(letter))
    if not found["intact"]:
        raise NotNow(f"the text kept of letter {letter} is not the one the journal has the hash of", code="text_changed", letter=letter)
    if pdf:
        _save(pdf, _paper(found))
    row = {name: value for name, value in found.items() if name != "pdf"} | ({"file": str(pdf)} if pdf else {})
    if json:
        show.as_json(row)
    elif text:
        show.line(f"{found['subject']}\n\n{found['body']}".rstrip("\n"))
    else:
        show.sheet({name: value for name, value in row.items() if name not in ("subject", "body", "calendar")})
        if not pdf:
            show.line(f"\n{found['subject']}\n\n{found['body']}".rstrip("\n"))


def _paper(found: dict[str, Any]) -> bytes:
    if found["pdf"] is None:
        raise NotNow(f"letter {found['letter']} has no PDF: it has not been sent yet, or went out as text alone", code="no_pdf")
    paper: bytes = found["pdf"]
    if sha256(paper).hexdigest() != found["pdf_sha256"]:
        raise NotNow(f"the PDF kept of letter {found['letter']} is not the one that was sent: its hash differs", code="pdf_changed")
    return paper


def _save(file: Path, content: bytes) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    except OSError as error:
        raise BadInput(f"{file} cannot be written: {error.strerror}", code="not_written") from None
