"""The stories keep to the house: chapters are stages, `run` is the table of contents, nothing of the world is imported."""

import ast
import inspect
import textwrap
from pathlib import Path

import pytest

from domain.words import Stage
from workflows.casework import Casework
from workflows.hire import Hire
from workflows.vacancy import Vacancy

HERE = Path(__file__).parents[2] / "workflows"
FILES = sorted(HERE.glob("*.py"))
FORBIDDEN = {
    "store",
    "connectors",
    "config",
    "acts",
    "worker",
    "gateway",
    "sandbox",
    "cli",
    "httpx",
    "sqlalchemy",
    "structlog",
    "aiosmtplib",
}
#: A story has no clock, no chance and no disk of its own.
IMPURE = {"time", "random", "secrets", "uuid", "os", "pathlib", "socket"}


def tree(thing: object) -> ast.AST:
    return ast.parse(textwrap.dedent(inspect.getsource(thing)))  # type: ignore[arg-type]


def chapters() -> dict[str, str]:
    """Stage -> chapter, as `Hire.play` has it."""
    [table] = [node for node in ast.walk(tree(Hire.play)) if isinstance(node, ast.Dict)]
    return {
        key.attr: value.attr
        for key, value in zip(table.keys, table.values, strict=True)
        if isinstance(key, ast.Attribute) and isinstance(value, ast.Attribute)
    }


def test_every_stage_has_its_chapter_in_the_order_it_happens() -> None:
    assert list(chapters()) == [stage.name for stage in Stage]
    assert len(set(chapters().values())) == len(Stage)


def test_the_chapters_stand_in_the_file_in_the_order_they_happen() -> None:
    source = inspect.getsource(Hire)
    places = [source.index(f"async def {chapter}(") for chapter in chapters().values()]
    assert places == sorted(places)


@pytest.mark.parametrize("story", [Hire, Vacancy])
def test_run_is_a_table_of_contents(story: type[Hire] | type[Vacancy]) -> None:
    assert len(inspect.getsource(story.run).splitlines()) < 20


def test_a_chapter_fits_a_screen() -> None:
    long = {name: n for name in chapters().values() if (n := len(inspect.getsource(getattr(Hire, name)).splitlines())) > 20}
    assert long == {}


def imported(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{alias.name}" for alias in node.names} | {str(node.module)}
    return found


@pytest.mark.parametrize("path", FILES, ids=[p.name for p in FILES])
def test_a_story_imports_nothing_of_the_world(path: Path) -> None:
    roots = {name.partition(".")[0] for name in imported(path)}
    assert roots & (FORBIDDEN | IMPURE) == set()
    assert not {name for name in imported(path) if name.startswith("domain.policies")}


@pytest.mark.parametrize("path", FILES, ids=[p.name for p in FILES])
def test_a_story_reads_no_clock_but_its_own(path: Path) -> None:
    names = {
        f"{node.value.id}.{node.attr}"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
    }
    assert names & {"datetime.now", "datetime.utcnow", "date.today", "asyncio.sleep", "asyncio.wait", "asyncio.as_completed"} == set()


def test_signals_only_put_mail_into_the_box() -> None:
    for story in (Hire, Vacancy):
        body = [line.strip() for line in inspect.getsource(story.deliver).splitlines()]
        assert body[-1] == "self.work.mailbox.put(message)"


def test_only_one_step_is_written_at_a_time() -> None:
    """Reading the state, judging and recording happen under one lock, whoever asks."""
    withs = [
        ast.unparse(item.context_expr) for node in ast.walk(tree(Casework.step)) if isinstance(node, ast.AsyncWith) for item in node.items
    ]
    assert withs == ["self._writing"]
