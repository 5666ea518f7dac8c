"""Commands made from the table of acts: one per act, its options read off the act's own model, so that neither can drift."""

import inspect
import typing
from collections.abc import Callable, Iterable
from datetime import date, datetime
from enum import Enum
from typing import Annotated, Any

import typer
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from acts.arguments import bare, bound
from cli import show
from cli.terminal import Case, Json, Person, Reference, Request, terminal
from cli.text import named, words
from domain.acts import ANY_STAGE, Act
from domain.competition import Act as VacancyAct
from domain.errors import BadInput
from domain.messages import Receipt
from domain.undo import Tracked
from domain.words import Ending

#: What each argument of an act means, for `--help`.
MEANS = {
    "eligible": "Whether the candidate is eligible.",
    "shortlisted": "Whether the candidate is on the short list.",
    "upheld": "Whether it is upheld.",
    "allegation": "What is alleged; fee_asked: that somebody asked the candidate for money.",
    "phase": "In which phase of the procedure.",
    "evidence": "Where the evidence stands; never the evidence itself.",
    "measures": "A measure from the catalogue; give it again for another, leave it out for none.",
    "steps": "What follows the finding.",
    "confirmed": "Whether the appointment is confirmed.",
    "reason": "A short code from the catalogue, such as profile_matches; never free text about a person.",
    "score": "From 0 to 100.",
    "starts_at": "When it begins, with its zone: 2027-03-02T10:00+01:00.",
    "slots": "A moment to choose from, with its zone; give it again for another.",
    "competencies": "Points (0-100) for a competency of the notice by its number: 1=80; give it again for another.",
    "desirable": "The same for a desirable criterion.",
    "minutes": "How long it takes.",
    "place": "Where it is held.",
    "about": "What the request that failed was about: assessment, or a condition of appointment.",
    "condition": "Which condition of appointment; of a dual national also the nation: clearance, or clearance.fr.",
    "outcome": "What the authority said.",
    "reference": "The authority's own reference.",
    "level": "The level an authority granted.",
    "years": "The years an administration agreed to.",
    "valid_until": "Last day it is valid: 2032-06-30.",
    "enters_on": "Day of entry on duty: 2027-09-01. Thirty days from now when not given.",
    "pay_amount": "The pay of the offer form, such as 3833.04; only where the notice states none.",
    "pay_currency": "Its currency: EUR.",
    "pay_period": "For a month or a year.",
    "approved": "Whether it is approved.",
    "overlay": "The policy overlay, as in `muster overlay list`.",
    "sha256": "Hash of the terms you read, as `muster hire show` prints it.",
    "until": "When the hold ends by itself, with its zone; until resumed when not given.",
    "deadline": "Which deadline, as in `muster hire show`.",
    "calendar": "Which calendar: hq-brussels.",
    "version": "Which version of it: 2026.2.",
    "days": "How many days more, in the deadline's own unit.",
    "vacancy": "The other vacancy.",
    "post": "The post there.",
    "grade": "The grade there.",
    "hire": "Whom: a hire.",
    "kind": "Established, project, or for a limited period.",
    "grade_low": "The grade, or the lower of a twin grade: G8.",
    "grade_high": "The same grade again, or the higher of a twin grade: G10.",
    "division": "The division, as a code.",
    "role_profile": "The role profile, as a code.",
    "funded": "Whether the money is there; if not, the budget authority is asked.",
    "owner": "Who takes the case over.",
    "message": "Which message: its id, as `muster hire timeline` shows it.",
    "number": "Of an entry, its number in the timeline; of an allegation, which one (the oldest when not given).",
    "code": "The reason code it should have been.",
    "paper": "What the paper is about.",
    "signed": "Whether the contract was signed; declined if not.",
    "on": "The day it names: of entry on duty, or on which nobody came.",
    "who": "Who steps back; yourself when not given.",
}

#: What the desk looks up itself and nobody says.
LOOKED_UP = frozenset({"policy"})


#: Acts that end a hire for the candidate: they show first what would be taken back.
WOULD_END = {"withdraw": Ending.WITHDRAWN}
UNDO = ("what", "about", "authority", "progress", "reason")
Yes = Annotated[bool, typer.Option("--yes", help="Do it; without this, only show what it would take back.")]


def command_name(act: str) -> str:
    """`schedule_interview` → `schedule-interview`."""
    return act.replace("_", "-")


def act_command(act: Act) -> Callable[..., None]:
    """The command of one act, with its signature written out for Typer."""

    def command(ctx: typer.Context, case: str, person: str, request: str | None, json: bool, yes: bool = True, **given: Any) -> None:
        args = checked(act.args, given)
        if not yes:
            shown_first(ctx, case, WOULD_END[act.name], json=json)
            return
        receipt = terminal(ctx).at_desk(lambda desk: desk.act(person, case, act.name, args, request))
        receipt_shown(receipt, json=json)

    fixed = {
        "ctx": (typer.Context, inspect.Parameter.empty),
        "case": (Case, inspect.Parameter.empty),
        "person": (Person, inspect.Parameter.empty),
        "request": (Request, None),
        "json": (Json, False),
    }
    if act.name in WOULD_END:
        fixed["yes"] = (Yes, False)
    own = options(act)
    return signed(command, {**fixed, **own}, _help(act))


def vacancy_act_command(act: VacancyAct) -> Callable[..., None]:
    """The same for an act on a vacancy."""

    def command(ctx: typer.Context, reference: str, person: str, request: str | None, json: bool, **given: Any) -> None:
        args = checked(act.args, given)
        receipt = terminal(ctx).at_desk(lambda desk: desk.vacancy_act(person, reference, act.name, args, request))
        receipt_shown(receipt, json=json)

    fixed = {
        "ctx": (typer.Context, inspect.Parameter.empty),
        "reference": (Reference, inspect.Parameter.empty),
        "person": (Person, inspect.Parameter.empty),
        "request": (Request, None),
        "json": (Json, False),
    }
    own = {name: _option(name, field) for name, field in act.args.model_fields.items() if name not in LOOKED_UP}
    return signed(command, {**fixed, **own}, f"{act.says}\n\nFor: {words(sorted(act.roles))}.")


def shown_first(ctx: typer.Context, case: str, ending: Ending, *, json: bool) -> None:
    """What the act would take back, and that it is not done."""
    found = terminal(ctx).at_store(lambda desk: desk.undo(case, ending))
    show.many([undo_row(each) for each in found], UNDO, json_=json, none="There is nothing to take back.")
    if not json:
        show.line("Nothing is done yet: this is what it would take back. If that is meant, add --yes.")


def undo_row(tracked: Tracked) -> dict[str, Any]:
    """One step of an undo plan, flat: the same for people and programs."""
    step = tracked.step
    return {
        "what": step.what,
        "about": step.about,
        "authority": step.authority,
        "ask": step.ask,
        "progress": tracked.progress,
        "reason": tracked.reason,
    }


def options(act: Act) -> dict[str, tuple[Any, Any]]:
    """The act's own words, each as (annotation, default)."""
    return {name: _option(name, field) for name, field in act.args.model_fields.items()}


def checked(model: type[BaseModel], given: dict[str, Any]) -> dict[str, Any]:
    """What was given on the command line, held against the act's model and made ready to travel. Raises BadInput naming the option."""
    said = {name: value for name, value in given.items() if value is not None and value != []}
    for name, value in said.items():
        if typing.get_origin(model.model_fields[name].annotation) is dict and not isinstance(value, dict):
            said[name] = _table(command_name(name), value)
    try:
        return model.model_validate(said).model_dump(mode="json", exclude_unset=True)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        option = command_name(str(first["loc"][0])) if first["loc"] else "arguments"
        raise BadInput(f"--{option}: {_right(option, first)}", code="bad_arguments", field=option) from None


def receipt_shown(receipt: Receipt, *, json: bool) -> None:
    if json:
        show.as_json(receipt)
        return
    now = f"ended: {named(receipt.ending)}" if receipt.ending else f"stage: {named(receipt.stage)}" if receipt.stage else "written"
    show.line(f"Done. {receipt.case} is at number {receipt.number} of its journal ({now}).")


def _right(option: str, error: Any) -> str:
    if option == "reason" and error["type"] == "string_pattern_mismatch":
        return "a reason is a code of small letters, digits, dots and underscores, such as profile_matches"
    return str(error["msg"])


def _help(act: Act) -> str:
    stages = "any" if act.stages == ANY_STAGE else words(sorted(act.stages))
    return f"{act.says}\n\nFor: {words(sorted(act.roles))}.\n\nAt stage: {named(stages)}."


def _option(name: str, field: FieldInfo) -> tuple[Any, Any]:
    """A field as (annotation, default). Not given stays None: then the model's own default rules."""
    if typing.get_origin(field.annotation) in (tuple, dict):
        return _several(name, field)
    kind, hint = bare(field.annotation), MEANS.get(name, "")
    if not field.is_required() and field.default not in (None, ""):
        hint = f"{hint} Default: {words(field.default)}."
    flag = "--" + command_name(name)
    if kind is bool:
        option = typer.Option(f"{flag}/--not-{command_name(name)}", help=hint)
    elif kind is datetime:
        kind, option = str, typer.Option(flag, help=hint, metavar="WHEN", parser=moment)
    elif kind is date:
        kind, option = str, typer.Option(flag, help=hint, metavar="DAY", parser=day)
    elif kind is int:
        option = typer.Option(flag, help=hint, min=bound(field, "ge"), max=bound(field, "le"))
    else:
        option = typer.Option(flag, help=hint, metavar=None if issubclass(kind, Enum) else name.upper())
    if field.is_required():
        return Annotated[kind, option], inspect.Parameter.empty
    return Annotated[kind | None, option], None


def _several(name: str, field: FieldInfo) -> tuple[Any, Any]:
    """An option that is given again for each: of a tuple its values, of a table NUMBER=POINTS."""
    table = typing.get_origin(field.annotation) is dict
    one = str if table else bare(typing.get_args(field.annotation)[0])
    metavar, parser = ("NUMBER=POINTS", None) if table else ("WHEN", moment) if one is datetime else (name.upper(), None)
    option = typer.Option("--" + command_name(name), help=MEANS.get(name, ""), metavar=metavar, parser=parser)
    if field.is_required():
        return Annotated[list[str], option], inspect.Parameter.empty
    return Annotated[list[str] | None, option], None


def _table(option: str, given: Iterable[str]) -> dict[str, str]:
    """`1=80` `2=70` as a table. Raises BadInput naming the option."""
    pairs = [text.partition("=") for text in given]
    if wrong := next((key for key, is_, value in pairs if not (key and is_ and value)), None):
        raise BadInput(f"--{option}: {wrong!r} is not of the form NUMBER=POINTS, such as 1=80", code="bad_arguments", field=option)
    return {key: value for key, _, value in pairs}


def moment(text: str) -> str:
    """A moment somebody wrote, with its zone."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter("not a moment; write it as 2027-03-02T10:00+01:00") from None
    if found.tzinfo is None:
        # Guessing the zone of an interview would be wrong for half of its readers.
        raise typer.BadParameter("say the zone too: 2027-03-02T10:00+01:00, or Z for UTC")
    return found.isoformat()


def day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise typer.BadParameter("not a day; write it as 2027-03-02") from None


def signed(command: Callable[..., None], parameters: dict[str, tuple[Any, Any]], doc: str) -> Callable[..., None]:
    keyword = inspect.Parameter.KEYWORD_ONLY
    signature = [inspect.Parameter(name, keyword, annotation=kind, default=default) for name, (kind, default) in parameters.items()]
    command.__signature__ = inspect.Signature(signature)  # type: ignore[attr-defined]
    command.__annotations__ = {name: kind for name, (kind, _) in parameters.items()}
    command.__doc__ = doc
    return command
