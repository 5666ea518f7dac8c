"""Logging: structlog, with the standard library routed through it; one event per line, ids as fields.

What could name a person is taken out by key before a line is written, however deep it lies; personal data has no business in a log,
and this is the net below that rule. Inside a workflow a line is dropped while history is replayed: it was written the first time.
"""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict, Processor

#: A field is redacted when its name is one of these, or ends in one after an underscore (`contact_email`).
DENIED = frozenset(
    {
        *(
            "name",
            "names",
            "email",
            "mail",
            "phone",
            "address",
            "born",
            "birth",
            "birth_date",
            "age",
            "gender",
            "nationality",
            "nationalities",
        ),
        *(
            "contact",
            "application",
            "payload",
            "body",
            "text",
            "answers",
            "declarations",
            "education",
            "experience",
            "attachments",
            "languages",
        ),
        *("password", "secret", "token", "key_material", "authorization", "cookie", "dsn", "store_url"),
    }
)
REDACTED = "[redacted]"
#: Names that only look personal.
ALLOWED = frozenset({"partner_name", "event_name", "file_name"})
MAX_DEPTH = 6


def configure(*, log_format: str = "plain", level: str = "info", stream: TextIO | None = None) -> None:
    """Set logging up for this process; called once, by a door. A second call replaces the first."""
    shared: list[Processor] = [
        no_replay,
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="logged_at"),
        redact,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=_last(log_format)))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    # A library that has set up logging of its own would write past us, and past the redaction.
    for own_way in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        library = logging.getLogger(own_way)
        library.handlers, library.propagate = [], True
    # One line per request would drown the events; and httpx logs whole addresses.
    for chatty in ("uvicorn.access", "httpx", "httpcore", "aiosqlite", "asyncio"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


def _last(log_format: str) -> list[Processor]:
    strip = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    if log_format == "json":
        # Without locals: a frame's variables are where personal data would be.
        traceback = structlog.processors.ExceptionRenderer(structlog.tracebacks.ExceptionDictTransformer(show_locals=False))
        return [strip, traceback, structlog.processors.JSONRenderer()]
    return [
        strip,
        structlog.processors.format_exc_info,
        structlog.processors.LogfmtRenderer(key_order=["logged_at", "level", "event"], bool_as_flag=False),
    ]


def no_replay(logger: object, method: str, event: EventDict) -> EventDict:
    """Silence what a workflow says again while its history is replayed; else add which workflow, and its own time."""
    workflow = sys.modules.get("temporalio.workflow")
    if workflow is not None and workflow.in_workflow():
        if workflow.unsafe.is_replaying_history_events():
            raise structlog.DropEvent
        event["workflow_id"] = workflow.info().workflow_id
        event["at"] = workflow.now().isoformat()
    return event


def redact(logger: object, method: str, event: EventDict) -> EventDict:
    for key in list(event):
        event[key] = _clean(key, event[key], 0)
    return event


def _clean(key: str, value: Any, depth: int) -> Any:
    if _denied(key):
        return REDACTED
    if isinstance(value, MutableMapping) and depth < MAX_DEPTH:
        return {inner: _clean(str(inner), each, depth + 1) for inner, each in value.items()}
    if isinstance(value, list | tuple) and depth < MAX_DEPTH:
        return [_clean("", each, depth + 1) for each in value]
    return value


def _denied(key: str) -> bool:
    key = key.lower()
    return key not in ALLOWED and (key in DENIED or any(key.endswith(f"_{denied}") for denied in DENIED))
