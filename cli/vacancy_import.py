"""`muster vacancy import`: from a notice to a vacancy file, with a person's answers where the notice leaves something open."""

import shlex
import sys
from collections.abc import Callable, Iterable
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from cli import show
from cli.notice import as_text, values_shown
from cli.terminal import Json, terminal
from cli.text import brief, words
from domain.errors import BadInput, NotFound, NotNow
from domain.notice import Notice, read_notice
from domain.notice.draft import Draft, Gap, PostGiven, draft, unusable
from domain.notice.settle import Question, Settled, questions, settled
from domain.rules import Rules
from domain.vacancy import VacancySpec

WHOLE = 1000
"""How much of a reading is shown to who has to choose between two."""


def import_(
    ctx: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE", help="A notice as text, HTML or PDF; - reads standard input.")],
    settle: Annotated[
        list[str] | None,
        typer.Option(
            "--settle",
            metavar="FIELD=VALUE",
            help="Settle a conflict (en, fr or a value), or give what the notice does not say. May be given again.",
        ),
    ] = None,
    posts: Annotated[Path | None, typer.Option("--posts", metavar="FILE", help="The posts: TOML, one [[posts]] table each.")] = None,
    post: Annotated[
        list[str] | None,
        typer.Option(
            "--post",
            metavar="POST",
            help="One post: id=…,kind=…,grade=G8-G10,division=…,role_profile=…,funded=no; what is left out comes from the notice.",
        ),
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Where to write the vacancy file; else it is printed.")] = None,
    publish: Annotated[bool, typer.Option("--publish", help="Publish it at once; needs --as.")] = False,
    person: Annotated[
        str, typer.Option("--as", metavar="PERSON", envvar="MUSTER_PERSON", help="Who publishes: a person of `muster staff list`.")
    ] = "",
    policy: Annotated[
        str, typer.Option("--policy", metavar="NAME", help="The policy to publish under, in its edition in force.")
    ] = "standard",
    json: Json = False,
) -> None:
    """Make a vacancy file from a notice: shows what it says, has its conflicts settled, completes the posts, and publishes if asked to."""
    from config.files import vacancy_toml, write_vacancy

    if publish and not person:
        raise BadInput("--publish needs --as PERSON: who publishes?", code="nobody")
    rules = rules_under(ctx, policy) if publish else None
    raw = _raw(file)
    text = as_text(raw, file)
    notice = read_notice(text)
    if not json:
        values_shown(notice, text)
        show.line()
    answers = _pairs(settle or [])
    if sys.stdin.isatty() and not json and file != "-":
        answers |= _asked(notice, answers)
    ready = settled(notice, answers, unusable(notice))
    _refuse_open(ready)
    made = draft(ready.notice, _given(posts, post or []))
    spec = _spec(made, answers)
    remarks = _remarks(file, raw, notice, ready, made)
    if out is not None:
        write_vacancy(out, spec, remarks)
    if rules is not None:
        terminal(ctx).at_store(lambda desk: desk.publish(person, spec, rules))
    if json:
        done = {"reference": spec.reference, "out": out and str(out), "published": publish, "answers": dict(answers)}
        show.as_json({**done, "vacancy": spec.model_dump(mode="json"), "notice": notice.to_json()})
        return
    for remark in remarks[1:]:
        show.line(remark)
    if out is None:
        show.line(f"\n{vacancy_toml(spec, remarks)}")
    _told(spec, out, publish, policy)


def rules_under(ctx: typer.Context, policy: str) -> Rules:
    """The edition in force of the policy named; a file as it is, which the desk takes only when it is that edition. Raises NotFound."""
    from config.files import load_rules

    if "/" in policy or policy.endswith(".toml"):
        return load_rules(policy)
    return terminal(ctx).at_store(lambda desk: desk.policies.in_force(policy)).rules


def _told(spec: VacancySpec, out: Path | None, published: bool, policy: str) -> None:
    count = f"Vacancy {spec.reference} with {len(spec.posts)} post(s)"
    if out is not None:
        show.line(f"{count} written to {out}.")
    if published:
        show.line(f"{count} published, under the policy {policy}. Look at it with: muster vacancy show {spec.reference}")
    elif out is not None:
        show.line(f"Publish it with: muster vacancy publish {shlex.quote(_as_path(out))} --as PERSON")
    else:
        show.line("Nothing was written: add --out FILE, or --publish --as PERSON.")


def _as_path(out: Path) -> str:
    """As `vacancy publish` takes it for a file, not for the name of one that comes with Muster."""
    return str(out) if out.suffix == ".toml" or len(out.parts) > 1 else f"./{out}"


def _raw(file: str) -> bytes:
    try:
        return sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except FileNotFoundError:
        raise NotFound(f"there is no file {file}", code="no_such_file") from None
    except OSError as error:
        raise BadInput(f"{file}: cannot be read ({error.strerror})", code="bad_file") from None


def _pairs(given: Iterable[str]) -> dict[str, str]:
    """`field=value` as it was written, each field once. Raises BadInput."""
    pairs: dict[str, str] = {}
    for each in given:
        field, equals, value = each.partition("=")
        field = field.strip()
        if not equals or not field or not value.strip():
            raise BadInput(f"--settle {each}: write it as FIELD=VALUE, such as --settle deadline=en", code="bad_arguments", field=field)
        if field in pairs:
            raise BadInput(f"--settle {field}: is given twice", code="bad_arguments", field=field)
        pairs[field] = value
    return pairs


# --- conflicts --------------------------------------------------------------------------------------------------------------------


def _asked(notice: Notice, answers: dict[str, str], ask: Callable[[str], str] | None = None) -> dict[str, str]:
    """A person's answers to the conflicts still open, one after the other, each held against the notice as it is given."""
    found: dict[str, str] = {}
    for question in questions(notice):
        if question.name in answers:
            continue
        show.line(_both(question))
        while question.name not in found:
            said = typer.prompt(f"{question.name}: en, fr, or a value")
            try:
                settled(notice, {question.name: said})
                found[question.name] = said
            except BadInput as wrong:
                show.line(wrong.message)
    return found


def _refuse_open(ready: Settled) -> None:
    if not ready.open:
        return
    lines = [f"{len(ready.open)} conflict(s) between the languages of the notice wait to be settled"]
    for question in ready.open:
        lines += [_both(question), *(f"    --settle {question.name}={language}" for language in ("en", "fr"))]
    conflicts = [{"name": question.name, **question.conflict.model_dump(mode="json")} for question in ready.open]
    raise NotNow(
        "\n".join([*lines, "Add one line of each; in the place of en or fr a value of your own may stand."]),
        code="conflicts_open",
        conflicts=conflicts,
    )


def _both(question: Question) -> str:
    conflict = question.conflict.model_dump(mode="json")
    return "\n".join(
        [
            f"  {question.name}: {conflict['note']}",
            f"    English: {brief(words(conflict['en']), WHOLE)}",
            f"    French:  {brief(words(conflict['fr']), WHOLE)}",
        ]
    )


# --- posts, and what is missing ---------------------------------------------------------------------------------------------------


def _given(file: Path | None, written: Iterable[str]) -> list[PostGiven]:
    from config.files import load_posts

    return [*(load_posts(file) if file else ()), *(_post(each) for each in written)]


def _post(written: str) -> PostGiven:
    """`id=…,kind=…,grade=…`; a comma within a value is kept where no `=` follows it. Raises BadInput."""
    said: dict[str, Any] = {}
    last = ""
    for part in written.split(","):
        name, equals, value = part.partition("=")
        if equals:
            last = name.strip()
            said[last] = value.strip()
        elif last:
            said[last] += f",{part}"
        else:
            raise BadInput(f"--post {written}: write it as id=…,kind=…,grade=…", code="bad_arguments", field="post")
    try:
        return PostGiven.model_validate(said)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        allowed = f"; keys: {', '.join(PostGiven.model_fields)}" if first["type"] == "extra_forbidden" else ""
        raise BadInput(f"--post {written}: {first['loc'][0]}: {first['msg']}{allowed}", code="bad_arguments", field="post") from None


def _spec(made: Draft, answers: dict[str, str]) -> VacancySpec:
    """The vacancy, or BadInput naming every field that is missing and how to give it."""
    if made.spec is not None:
        return made.spec
    lines = ["the notice leaves open what a vacancy needs; nothing is made up"]
    if answers:
        again = (shlex.join(["--settle", f"{name}={value}"]) for name, value in answers.items())
        lines.append(f"  (given so far: {' '.join(again)})")
    lines += [f"  {gap.field}: {gap.what}\n    {_how(gap)}" for gap in made.gaps]
    raise BadInput("\n".join(lines), code="incomplete", fields=[gap.field for gap in made.gaps])


def _how(gap: Gap) -> str:
    if gap.field.startswith("posts"):
        return '--post "id=…,kind=…,grade=…" for each post, or --posts FILE'
    return f"--settle {gap.field}=VALUE"


def _remarks(file: str, raw: bytes, notice: Notice, ready: Settled, made: Draft) -> list[str]:
    """Where the vacancy comes from, for the head of its file: the notice, and what a person added to it."""
    name = "standard input" if file == "-" else Path(file).name
    contested = {question.name for question in questions(notice)}
    return [
        f"Made by `muster vacancy import` from {name} (SHA-256 {sha256(raw).hexdigest()}).",
        *(f"{'Settled' if a.name in contested else 'Not in the notice, given'}: {a.name} = {a.given}" for a in ready.answers),
        *(f"Completed: {line}." for line in made.completed),
    ]
