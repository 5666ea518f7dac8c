"""What is announced, held against its schema by somebody else's validator, and against its model, which takes no field too many."""

import json
from functools import cache

from jsonschema import Draft202012Validator

from config.schemas import schema
from domain.messages import Announcement
from domain.outbound import announcements


@cache
def validator(kind: str) -> Draft202012Validator:
    return Draft202012Validator(schema(f"events/{kind}"), format_checker=Draft202012Validator.FORMAT_CHECKER)


def hold(said: Announcement) -> None:
    """Raises when an announcement is none of ours, breaks its schema, or carries what its model does not name."""
    model = announcements()[said.type]
    assert said.subject.startswith(f"{model.SUBJECT}/"), said.type
    data = json.loads(said.model_dump_json())["data"]
    validator(said.type).validate(data)
    model.model_validate_json(json.dumps(data))
