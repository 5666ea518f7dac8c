"""Versions on the wire: the strong `ETag` of an entity is the number its journal is at."""

import re
from typing import Any

from domain.errors import BadInput
from gateway.api.problems import VersionMissing

_ETAG = re.compile(r'"(0|[1-9][0-9]{0,9})"')


#: Of addresses that give an ETag.
NOT_MODIFIED: dict[int | str, dict[str, Any]] = {304: {"description": "The caller holds this version already"}}


def etag(version: int) -> str:
    return f'"{version}"'


def unchanged(if_none_match: str | None, version: int) -> bool:
    """Does the caller hold this version already?"""
    return if_none_match is not None and etag(version) in [each.strip() for each in if_none_match.split(",")]


def wanted(if_match: str | None) -> int:
    """The version an act was decided on. Raises VersionMissing, BadInput for what is no ETag of ours."""
    if if_match is None:
        raise VersionMissing("say which version this was decided on: If-Match with the ETag you read", code="version_missing")
    found = _ETAG.fullmatch(if_match.strip())
    if found is None:
        raise BadInput('If-Match must be one ETag as it was given, such as "17"', code="bad_etag")
    return int(found[1])


def decided_on(if_match: str | None) -> int | None:
    """The same for an act on a case; None for `*`: whatever the case is now.

    That is safe: the story holds every act against the case as it is, and the Idempotency-Key is the act's request id, so that sending
    it again does nothing twice. It gives up only the promise that nobody acted in between. Raises as `wanted`.
    """
    return None if if_match is not None and if_match.strip() == "*" else wanted(if_match)
