"""The JSON Schemas of policy, vacancy and calendar files and of every event in and out, exported from the models.

`python -m config.schemas` writes them to `schemas/`; a test holds the files against the models. An editor that knows TOML (Taplo,
Even Better TOML) finds them by the `#:schema` line at the top of each file that comes with Muster; partners read the events' over
HTTP. `schemas/published/` keeps what was promised: `python -m config.schemas publish N` freezes today's events as version N.
"""

import json
import sys
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from domain.calendars import Calendar
from domain.events import PREFIX, Envelope, EventData, catalogue
from domain.outbound import AnnouncedData, announcements
from domain.retention import Schedule
from domain.rules import DEADLINE_KEYS, Rules
from domain.vacancy import VacancySpec
from domain.words import Condition

FOLDER = Path(__file__).parents[1] / "schemas"
DRAFT = "https://json-schema.org/draft/2020-12/schema"
MODELS: dict[str, tuple[type[BaseModel], str]] = {
    "policy": (Rules, "A policy of Muster (config/policies/*.toml)"),
    "vacancy": (VacancySpec, "A vacancy of Muster (config/vacancies/*.toml)"),
    "calendar": (Calendar, "A calendar of closing days (config/calendars/*.toml)"),
    "retention": (Schedule, "A retention schedule of Muster (config/retention.toml)"),
    "envelope": (Envelope, "One event: a CloudEvent in structured mode, as it comes in"),
    **{f"events/{kind}": (model, f"The data of {PREFIX}{kind}, as a partner sends it") for kind, model in catalogue().items()},
    **{f"events/{kind}": (model, f"The data of {PREFIX}{kind}, as Muster announces it") for kind, model in announcements().items()},
}
#: What partners build on: the envelope and every event. It changes by additions alone.
PROMISED = tuple(kind for kind in MODELS if kind == "envelope" or kind.startswith("events/"))


def schema(kind: str) -> dict[str, Any]:
    """The schema of one kind: "policy", "vacancy", "calendar", "envelope", or "events/" and a type."""
    model, title = MODELS[kind]
    made = {"$schema": DRAFT, **model.model_json_schema(), "title": title}
    if issubclass(model, EventData):
        made |= {"x-direction": "in", "x-subject": model.SUBJECT, "x-senders": sorted(model.SENDERS)}
    if issubclass(model, AnnouncedData):
        del made["additionalProperties"]  # fields may be added: a reader passes over what it does not know
        made |= {"x-direction": "out", "x-subject": model.SUBJECT}
    if kind == "policy":
        parts = made["properties"]
        parts["deadlines"] = _table(parts["deadlines"], DEADLINE_KEYS)
        parts["conditions"] = _table(parts["conditions"], {str(c): "" for c in Condition})
    return made


def text(kind: str) -> str:
    return json.dumps(schema(kind), indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def path(kind: str, folder: Path = FOLDER) -> Path:
    return folder / f"{kind}.schema.json"


def export(folder: Path = FOLDER) -> list[Path]:
    """Write all of them; returns where they stand."""
    return _write(tuple(MODELS), folder)


def publish(version: int, folder: Path = FOLDER) -> list[Path]:
    """Freeze what partners build on, as it is today, under a version that is not there yet."""
    frozen = folder / "published" / str(version)
    frozen.mkdir(parents=True)  # never over a promise given before
    return _write(PROMISED, frozen)


def _write(kinds: tuple[str, ...], folder: Path) -> list[Path]:
    (folder / "events").mkdir(parents=True, exist_ok=True)
    for kind in kinds:
        path(kind, folder).write_text(text(kind), encoding="utf-8")
    return [path(kind, folder) for kind in kinds]


def _table(any_key: dict[str, Any], keys: dict[str, str]) -> dict[str, Any]:
    """A table that may have any key, as one that has just these: what a policy gives is checked by name when it is loaded."""
    inner = any_key["additionalProperties"]
    properties = {key: inner | ({"description": what} if what else {}) for key, what in keys.items()}
    kept = {name: value for name, value in any_key.items() if name not in ("additionalProperties", "propertyNames")}
    return kept | {"additionalProperties": False, "properties": properties, "required": list(keys)}


if __name__ == "__main__":
    done = publish(int(sys.argv[2])) if sys.argv[1:2] == ["publish"] else export()
    for written in done:
        sys.stdout.write(f"{written}\n")
