"""The JSON Schemas of policy, vacancy and calendar files and of every event a partner may send, exported from the models that read them.

`python -m config.schemas` writes them to `schemas/`; a test holds the files against the models. An editor that knows TOML (Taplo,
Even Better TOML) finds them by the `#:schema` line at the top of each file that comes with Muster.
"""

import json
import sys
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from domain.calendars import Calendar
from domain.events import PREFIX, catalogue
from domain.rules import DEADLINE_KEYS, Rules
from domain.vacancy import VacancySpec
from domain.words import Condition

FOLDER = Path(__file__).parents[1] / "schemas"
DRAFT = "https://json-schema.org/draft/2020-12/schema"
MODELS: dict[str, tuple[type[BaseModel], str]] = {
    "policy": (Rules, "A policy of Muster (config/policies/*.toml)"),
    "vacancy": (VacancySpec, "A vacancy of Muster (config/vacancies/*.toml)"),
    "calendar": (Calendar, "A calendar of closing days (config/calendars/*.toml)"),
    **{f"events/{kind}": (model, f"The data of {PREFIX}{kind}, as a partner sends it") for kind, model in catalogue().items()},
}


def schema(kind: str) -> dict[str, Any]:
    """The schema of one kind: "policy", "vacancy", "calendar", or "events/" and an inbound type."""
    model, title = MODELS[kind]
    made = {"$schema": DRAFT, **model.model_json_schema(), "title": title}
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
    (folder / "events").mkdir(parents=True, exist_ok=True)
    for kind in MODELS:
        path(kind, folder).write_text(text(kind), encoding="utf-8")
    return [path(kind, folder) for kind in MODELS]


def _table(any_key: dict[str, Any], keys: dict[str, str]) -> dict[str, Any]:
    """A table that may have any key, as one that has just these: what a policy gives is checked by name when it is loaded."""
    inner = any_key["additionalProperties"]
    properties = {key: inner | ({"description": what} if what else {}) for key, what in keys.items()}
    kept = {name: value for name, value in any_key.items() if name not in ("additionalProperties", "propertyNames")}
    return kept | {"additionalProperties": False, "properties": properties, "required": list(keys)}


if __name__ == "__main__":
    for written in export():
        sys.stdout.write(f"{written}\n")
