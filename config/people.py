"""The people of an installation as a file: who acts, and in which roles. Strict: a mistake names the file and the key."""

import tomllib
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from config.partners import BadConfiguration, explain
from domain.errors import NotFound
from domain.words import Role

HERE = Path(__file__).parent / "people"
PersonId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9._-]{0,63}$")]


class Employee(BaseModel):
    """One person who acts."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    name: Annotated[str, Field(min_length=1, max_length=200)]
    email: Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$", max_length=254)]
    roles: tuple[Role, ...] = Field(min_length=1)
    language: Literal["", "en", "fr"] = ""


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")
    people: dict[PersonId, Employee] = Field(default_factory=dict)


def load_people(name: str | Path) -> dict[str, Employee]:
    """The people of a file that comes with Muster ("demo"), or of any other by its path. Raises NotFound, BadConfiguration."""
    path = Path(name) if isinstance(name, Path) or "/" in name or name.endswith(".toml") else HERE / f"{name}.toml"
    try:
        raw = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        known = ", ".join(sorted(each.stem for each in HERE.glob("*.toml")))
        raise NotFound(f"there is no file of people {name}; with Muster comes: {known}", code="no_such_file") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadConfiguration(f"{path}: not readable as TOML ({error})") from None
    try:
        return _File.model_validate(raw).people
    except ValidationError as error:
        raise BadConfiguration(f"{path}: {explain(error)}") from None
