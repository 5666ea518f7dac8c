"""`muster config …`: the settings in force."""

from collections.abc import Mapping
from typing import Any

import typer
from pydantic import SecretStr
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from cli import show
from cli.terminal import Json, terminal
from cli.text import words

app = typer.Typer(help="The settings in force.", no_args_is_help=True)
HIDDEN = "(hidden)"


@app.callback()
def config() -> None: ...


@app.command("show")
def show_(ctx: typer.Context, json: Json = False) -> None:
    """Show every setting with its value; passwords and keys stay hidden."""
    values = redacted(terminal(ctx).settings.model_dump())
    if json:
        show.as_json(values)
        return
    for name, value in _flat(values).items():
        show.line(f"{name:<32}  {words(value)}")


def redacted(values: Mapping[str, Any]) -> dict[str, Any]:
    """The same settings without what must not be seen over a shoulder, in a log or in a ticket."""
    return {name: _shown(name, value) for name, value in values.items()}


def _shown(name: str, value: Any) -> Any:
    if isinstance(value, Mapping):
        return redacted(value)
    if isinstance(value, SecretStr) or (value and any(word in name for word in ("password", "secret", "token"))):
        return HIDDEN
    return _without_password(str(value)) if name.endswith("_url") else value


def _without_password(url: str) -> str:
    try:
        return make_url(url).render_as_string(hide_password=True)
    except ArgumentError:
        return HIDDEN


def _flat(values: Mapping[str, Any], before: str = "MUSTER_") -> dict[str, Any]:
    """`{"relay": {"batch": 50}}` → `{"MUSTER_RELAY__BATCH": 50}`: the names one would set."""
    flat: dict[str, Any] = {}
    for name, value in values.items():
        path = f"{before}{name.upper()}"
        flat |= _flat(value, f"{path}__") if isinstance(value, Mapping) else {path: value}
    return flat
