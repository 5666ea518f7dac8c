"""Who may hold a Temporal client, and who may move time (docs/decisions/0003 and 0004): finer than packages, so no import contract."""

import ast

import pytest

from tests.house.repository import packages, texts

TOP_LEVEL = {name.split(".")[0] for name in packages()}
CLIENT_HOLDERS = (
    "acts/",  # what people do
    "config/",  # connects
    "gateway/dispatcher.py",  # carries the inbox to the cases
    "gateway/wiring.py",
    "gateway/api/wiring.py",  # shows the histories Temporal still has
    "worker/",
    "sandbox/",  # the conductor asks a case for its next deadline and moves its time
    "cli/",
)
CODE = {name: text for name, text in texts().items() if name.endswith(".py") and name.split("/")[0] in TOP_LEVEL}


def imported(text: str) -> set[str]:
    """Every module and name a file imports, dotted."""
    found = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def importers(module: str) -> set[str]:
    return {name for name, text in CODE.items() if module in imported(text)}


def test_only_acts_and_the_doors_that_deliver_hold_a_temporal_client() -> None:
    assert {name for name in importers("temporalio.client") if not name.startswith(CLIENT_HOLDERS)} == set()


def test_time_is_moved_in_one_module_of_the_sandbox() -> None:
    movers = importers("temporalio.testing")
    assert all(name.startswith("sandbox/") for name in movers)
    assert len(movers) <= 1


@pytest.mark.parametrize("package", ["domain", "workflows", "activities"])
def test_nothing_that_runs_in_production_knows_of_a_demonstration(package: str) -> None:
    knowing = {
        name for name, text in CODE.items() if name.startswith(f"{package}/") and any("sandbox" in module for module in imported(text))
    }
    assert knowing == set()
