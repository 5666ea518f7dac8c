"""Logs: one event per line, the standard library's too, and nothing that names a person."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from config.logs import DENIED, configure


@pytest.fixture
def out() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    before, level = root.handlers, root.level
    stream = io.StringIO()
    configure(log_format="json", stream=stream)
    yield stream
    root.handlers = before
    root.setLevel(level)
    structlog.reset_defaults()


def lines(out: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_an_event_is_one_line_with_its_fields(out: io.StringIO) -> None:
    structlog.get_logger("gateway").info("event.accepted", case="hire/abc", source="portal")
    (line,) = lines(out)
    assert (line["event"], line["case"], line["source"], line["level"], line["logger"]) == (
        "event.accepted",
        "hire/abc",
        "portal",
        "info",
        "gateway",
    )
    assert str(line["logged_at"]).endswith("Z")


def test_the_standard_librarys_lines_come_the_same_way(out: io.StringIO) -> None:
    logging.getLogger("uvicorn.error").warning("took %s seconds", 3, extra={"email": "a@b.example"})
    (line,) = lines(out)
    assert (line["event"], line["level"], line["email"]) == ("took 3 seconds", "warning", "[redacted]")


def test_a_library_that_set_up_its_own_logging_is_taken_back() -> None:
    library, stream = logging.getLogger("uvicorn"), io.StringIO()
    library.handlers, library.propagate = [logging.StreamHandler(io.StringIO())], False
    root = logging.getLogger()
    before, level = root.handlers, root.level
    configure(log_format="json", stream=stream)
    logging.getLogger("uvicorn.error").warning("started", extra={"email": "a@b.example"})
    root.handlers = before
    root.setLevel(level)
    structlog.reset_defaults()
    assert json.loads(stream.getvalue())["email"] == "[redacted]"


@pytest.mark.parametrize("key", sorted(DENIED))
def test_what_could_name_a_person_is_taken_out_however_deep(key: str, out: io.StringIO) -> None:
    log = structlog.get_logger()
    log.info("x", **{key: "Zoé"})
    log.info("x", **{f"contact_{key}": "Zoé", key.upper(): "Zoé"})
    log.info("x", outer={"list": [{"inner": {key: ["Zoé"]}}]})
    assert "Zo" not in out.getvalue()
    assert out.getvalue().count("[redacted]") == 4


def test_a_traceback_shows_where_and_no_variables(out: io.StringIO) -> None:
    applicant = "Zoé O’Example"
    try:
        raise ValueError("nothing")
    except ValueError:
        structlog.get_logger().exception("step.failed")
    assert applicant not in out.getvalue()
    assert "O\\u2019Example" not in out.getvalue()
    assert lines(out)[0]["exception"]


def test_plain_lines_stay_one_line_each() -> None:
    stream, root = io.StringIO(), logging.getLogger()
    before, level = root.handlers, root.level
    try:
        configure(log_format="plain", stream=stream)
        structlog.get_logger("a").info("x.done", text_of="two\nlines")
    finally:
        root.handlers = before
        root.setLevel(level)
        structlog.reset_defaults()
    assert len(stream.getvalue().splitlines()) == 1
    assert "event=x.done" in stream.getvalue()
