"""`muster audit search|interventions|diff|report`: the log as an auditor reads it, for people in sentences of the catalogue."""

from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any

import typer

from cli import show
from cli.exporting import free, save
from cli.outcome import FAILED
from cli.outlook import Language, Tongue
from cli.terminal import Json, terminal
from cli.text import named, words
from config.words import Words
from domain.errors import BadInput
from domain.log.report import AuditReport
from domain.log.trail import Trace, Wanted

TRACE = ("position", "at", "stream", "what", "actor", "second", "reason")
DONE = ("position", "at", "stream", "intervention", "what", "actor", "second", "reason")
ADVERSE = ("case", "number", "at", "ending", "decided_by", "reason")


def moment(text: str) -> datetime:
    """A moment or a day; without a zone it is UTC."""
    try:
        given = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter("not a moment; write it as 2026-03-01T12:00, or 2026-03-01") from None
    return given if given.tzinfo else given.replace(tzinfo=UTC)


AsOf = Annotated[
    datetime | None,
    typer.Option("--as-of", metavar="MOMENT", parser=moment, help="As it was then (UTC unless a zone is given): 2026-03-01T12:00."),
]
Since = Annotated[datetime | None, typer.Option("--since", metavar="MOMENT", parser=moment, help="What happened from then on.")]
Until = Annotated[datetime | None, typer.Option("--until", metavar="MOMENT", parser=moment, help="What happened before then.")]
Vacancy = Annotated[str, typer.Option("--vacancy", metavar="REF", help="Only the cases of this vacancy.")]


def case_of(text: str) -> str:
    return text if "/" in text else f"hire/{text}"


Anything = Annotated[str, typer.Argument(metavar="CASE", help="hire/ID, or vacancy/REF; `hire/` may be left out.", parser=case_of)]


def search(
    ctx: typer.Context,
    candidate: Annotated[
        str, typer.Option("--candidate", metavar="WHO", help="A candidate's id, or hire/ID of theirs; takes --purpose.")
    ] = "",
    purpose: Annotated[str, typer.Option("--purpose", metavar="CODE", help="Why you look for a person: complaint, subject_access.")] = "",
    case: Annotated[str, typer.Option("--case", metavar="CASE", help="hire/ID, vacancy/REF or staff/PERSON.")] = "",
    actor: Annotated[str, typer.Option("--actor", metavar="WHO", help="A person or a partner: helga, partner:portal.")] = "",
    what: Annotated[list[str] | None, typer.Option("--what", metavar="FACT", help="A fact, or what was done: waiver-proposed.")] = None,
    leaf: Annotated[str, typer.Option("--leaf", metavar="KIND", help="fact, event, effect, decision, key, read, history or epoch.")] = "",
    vacancy: Vacancy = "",
    policy: Annotated[str, typer.Option("--policy", metavar="NAME[@VERSION]", help="The cases whose vacancy froze this policy.")] = "",
    since: Since = None,
    until: Until = None,
    after: Annotated[int, typer.Option("--after", metavar="POSITION", help="Only beyond this position of the log.")] = -1,
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="At most so many.")] = 50,
    json: Json = False,
) -> None:
    """Search the log: who did what to which case, in the order of the log. Looking for a person takes a purpose and leaves a trace."""
    facts = frozenset(each.replace("-", "_") for each in what or ())
    wanted = Wanted(streams=frozenset({case_of(case)}) if case else None, actor=actor, what=facts, leaf=leaf, since=since, until=until)
    about = {"candidate": candidate, "purpose": purpose, "vacancy": vacancy, "policy": policy}
    found = terminal(ctx).at_store(lambda desk: desk.auditing.search(wanted, after=after, limit=limit, **about))
    rows = (
        [each.model_dump() | {"intervention": each.intervention} for each in found] if json else [_row(each, Tongue.EN) for each in found]
    )
    show.many(rows, TRACE, json_=json, none="The log has nothing of that.")
    if len(found) == limit and not json:
        show.line(f"Perhaps there is more: --after {found[-1].position}")


def interventions(
    ctx: typer.Context, vacancy: Vacancy = "", since: Since = None, until: Until = None, language: Language = Tongue.EN, json: Json = False
) -> None:
    """List every act outside the normal path: overrides, waivers, holds, corrections, policies, keys, erasures; with whom and why."""
    found = terminal(ctx).at_store(lambda desk: desk.auditing.interventions(Wanted(since=since, until=until), vacancy=vacancy))
    rows = [_plain(each) if json else _row(each, language) for each in found]
    show.many(rows, DONE, json_=json, none=Words.load().say("audit.no_intervention", language))


def _plain(trace: Trace) -> dict[str, Any]:
    return trace.model_dump() | {"intervention": trace.intervention}


def _row(trace: Trace, language: Tongue) -> dict[str, Any]:
    known = Words.load()
    kind = known.say(f"intervention.{trace.intervention}", language) if trace.intervention else ""
    return trace.model_dump() | {"what": named(trace.what), "intervention": kind, "reason": _reason(trace.reason, language)}


def _reason(code: str, language: Tongue) -> str:
    """A reason in words, where the catalogue has them: a code of somebody's own stays as it is."""
    known = Words.load()
    return known.say(f"reason.{code}", language) if f"reason.{code}" in known.known(language) else named(code)


def diff(
    ctx: typer.Context,
    case: Anything,
    number: Annotated[int, typer.Argument(metavar="NUMBER", min=1, help="The fact's number, as in `muster hire timeline`.")],
    language: Language = Tongue.EN,
    json: Json = False,
) -> None:
    """Say what one fact of a case changed: each field, as it was before and as it was after."""
    found = terminal(ctx).at_store(lambda desk: desk.auditing.diff(case, number))
    if json:
        show.as_json(found)
        return
    say = partial(_say, language)
    what, at = named(found["fact"]["kind"]), words(found["at"])
    show.line(say("audit.fact", number=number, what=what, actor=found["actor"], at=at), style="bold")
    for change in found["changes"]:
        of = change["of"].replace(":", " ")
        values = {"was": words(change["was"]), "now": words(change["is"]), "field": named(change["field"])}
        show.line("- " + say("audit.change", of=f"{of}, " if of else "", **values))
    if not found["changes"]:
        show.line(say("audit.no_change"))


def _say(language: Tongue, key: str, **values: Any) -> str:
    return Words.load().say(key, language, **values)


def report(
    ctx: typer.Context,
    since: Since = None,
    until: Until = None,
    pdf: Annotated[Path | None, typer.Option("--pdf", metavar="FILE", help="Also as a sealed PDF; the file must not be there yet.")] = None,
    language: Language = Tongue.EN,
    json: Json = False,
) -> None:
    """Report what an auditor takes away: counts, who decided what and why, second persons, interventions, readings, gaps. 1 if any."""
    if since and until and since >= until:
        raise BadInput("the period ends before it begins", code="bad_period")
    if pdf is not None and terminal(ctx).settings.remote_url:
        from cli.remote import beside_the_store

        raise beside_the_store("muster audit report --pdf")
    if pdf is not None:
        free(pdf)
    found = terminal(ctx).at_store(lambda desk: desk.auditing.report(since, until))
    if pdf is not None:
        _papered(ctx, found, language, pdf)
    if json:
        show.as_json(found.model_dump(mode="json") | {"faults": found.faults})
    else:
        _reported(found, language)
    if found.faults:
        raise typer.Exit(FAILED)


def _papered(ctx: typer.Context, found: AuditReport, language: Tongue, file: Path) -> None:
    """The report as the organisation's sealed paper; said on the side, so that what is printed stays the report."""
    from acts.evidence import Evidence

    raw = Evidence(terminal(ctx).settings).print_report(found, language.value, datetime.now(UTC))
    save(file, raw)
    typer.echo(f"{file}  SHA-256 {sha256(raw).hexdigest()}", err=True)


def _reported(found: AuditReport, language: Tongue) -> None:
    from cli.completeness import told

    say = partial(_say, language)
    show.line(say("report.period", since=words(found.since), until=words(found.until)), style="bold")
    for part in ("counts", "missed", "reads", "checkpoints"):
        _titled(say(f"report.part.{part}"), [{"what": named(name), "n": n} for name, n in getattr(found, part).items()], ("what", "n"))
    done = [{"who": who, "what": ", ".join(f"{named(what)} {n}" for what, n in acts.items())} for who, acts in found.decisions.items()]
    _titled(say("report.part.decisions"), done, ("who", "what"))
    ends = [each.model_dump() | {"reason": _reason(each.reason, language)} for each in found.adverse]
    _titled(say("report.part.adverse"), ends, ADVERSE)
    _titled(say("report.part.pairs"), [_row(each, language) for each in found.pairs], TRACE)
    _titled(say("report.part.interventions"), [_row(each, language) for each in found.interventions], DONE)
    show.line()
    show.line(say("report.part.differences"), style="bold")
    told(found.completeness, language)


def _titled(title: str, rows: list[dict[str, Any]], columns: tuple[str, ...]) -> None:
    show.line()
    show.line(f"{title}: {len(rows)}", style="bold")
    if rows:
        show.table(rows, columns)
