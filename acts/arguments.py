"""Reading an act's own model for whoever asks its questions: the command line's options, a form's fields."""

import types
import typing
from datetime import datetime
from typing import Annotated, Any

import annotated_types
from pydantic import AwareDatetime
from pydantic.fields import FieldInfo


def bare(annotation: Any) -> type:
    """The one type within `X | None` and `Annotated`."""
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        return bare(next(each for each in typing.get_args(annotation) if each is not type(None)))
    if typing.get_origin(annotation) is Annotated:
        return bare(typing.get_args(annotation)[0])
    # At run time Pydantic's moment with a zone is a class of its own.
    return datetime if annotation is AwareDatetime else annotation


def bound(field: FieldInfo, side: str) -> int | None:
    kind = annotated_types.Ge if side == "ge" else annotated_types.Le
    return next((getattr(mark, side) for mark in field.metadata if isinstance(mark, kind)), None)
