"""`muster digest`: what each member of staff would be told this morning, and putting it into the outbox."""

from typing import Annotated

import typer

from cli import show
from cli.outlook import Language, Tongue
from cli.terminal import Desk, Json, terminal
from domain.digest import Digest


def digest(
    ctx: typer.Context,
    person: Annotated[str, typer.Option("--person", metavar="PERSON", help="Only this person's.")] = "",
    send: Annotated[bool, typer.Option("--send", help="Put them into the outbox: once per person and day.")] = False,
    language: Language = Tongue.EN,
    json: Json = False,
) -> None:
    """Show the daily digest of everybody who has something to read, or of one person; with --send it is mailed."""
    from config.digest import told
    from config.words import Words

    async def made(desk: Desk) -> list[Digest]:
        if send:
            return await desk.digests.send(person)
        if person:
            return [each for each in [await desk.digests.of(person)] if each is not None]
        return await desk.digests.all()

    found = terminal(ctx).at_store(made)
    if json:
        for each in found:
            show.as_json(each)
        return
    if send:
        show.line(f"Put into the outbox: {', '.join(each.person for each in found)}." if found else "Nothing new to send today.")
        return
    words = Words.load()
    for each in found:
        subject, body = told(each, words, language)
        show.line(f"{each.person}: {subject}", style="bold")
        show.line(body)
    if not found:
        show.line("Nobody has anything to read." if not person else f"Nothing for {person}.")
