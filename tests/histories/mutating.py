"""Mechanical mutants of the code that judges and plays: one small change each, in an expression that recorded cases evaluate.

A change is drawn only where the expression is surely evaluated when its line is reached, and is of a kind that gives it another value
each time: a comparison or a condition turned round, the first of a returned list left out. So no mutant is one that could not matter on
what the histories pass through; whether it matters to what is recorded is what the proof asks.

Run as a program inside a copied tree: `python -m tests.histories.mutating replay|lines FOLDER [FILE …]` replays the histories and ends
with 1 at the first that is not identical or would be shown otherwise, or prints which lines of the code each of them passes through.
"""

import ast
import asyncio
import json
import random
import sys
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
WHERE = ("workflows", "domain/acts", "domain/replies", "domain/competition")
FILES = ("domain/stages.py", "domain/due.py", "domain/deadlines.py", "domain/hire.py", "domain/moment.py")
SWAPPED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.GtE,
    ast.GtE: ast.Lt,
    ast.Gt: ast.LtE,
    ast.LtE: ast.Gt,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}


@dataclass(frozen=True)
class Mutant:
    file: str
    line: int
    what: str
    code: str
    #: The histories, by the names of their files, that pass through its line.
    through: tuple[str, ...] = ()


def targets(root: Path = ROOT) -> list[Path]:
    return sorted([p for where in WHERE for p in (root / where).glob("*.py")] + [root / name for name in FILES])


def mutants(passed: Mapping[str, Mapping[str, list[int]]], how_many: int, seed: int) -> list[Mutant]:
    """So many mutants of expressions that the histories evaluate, drawn by the seed, no two on one line of a file.

    `passed`: for each history, by its name, which lines of which file it passes through.
    """
    through: dict[tuple[str, int], list[str]] = {}
    for history, files in passed.items():
        for name, lines in files.items():
            for line in lines:
                through.setdefault((name, line), []).append(history)
    found: dict[tuple[str, int], list[int]] = {}
    for path in targets():
        name = str(path.relative_to(ROOT))
        for nth, place in enumerate(places(ast.parse(path.read_text("utf-8")))):
            if (name, place.line) in through:
                found.setdefault((name, place.line), []).append(nth)
    draw = random.Random(seed)
    drawn = draw.sample(sorted(found), min(how_many, len(found)))
    return [made(name, line, draw.choice(found[name, line]), tuple(through[name, line])) for name, line in drawn]


def made(name: str, line: int, nth: int, through: tuple[str, ...]) -> Mutant:
    """The file with the expression of that number changed."""
    tree = ast.parse((ROOT / name).read_text("utf-8"))
    what = places(tree)[nth].change()
    return Mutant(name, line, what, ast.unparse(ast.fix_missing_locations(tree)), through)


@dataclass(frozen=True)
class Place:
    """An expression in its parent: evaluated whenever its line is reached, and of another value once it is changed."""

    node: ast.expr
    parent: ast.AST
    field: str
    index: int | None = None

    @property
    def line(self) -> int:
        return self.node.lineno

    def change(self) -> str:
        node = self.node
        match node:
            case ast.Compare(ops=[op]):
                node.ops = [SWAPPED[type(op)]()]
                return f"{type(op).__name__} -> {type(node.ops[0]).__name__}"
            case ast.List(elts=[_, *_]):
                node.elts = node.elts[1:]
                return "the first of a returned list is left out"
            case ast.UnaryOp(op=ast.Not(), operand=inner):
                self._put(inner)
                return "a not is left out"
            case _:
                self._put(ast.UnaryOp(op=ast.Not(), operand=node))
                return "a condition is turned round"

    def _put(self, new: ast.expr) -> None:
        if self.index is None:
            setattr(self.parent, self.field, new)
        else:
            getattr(self.parent, self.field)[self.index] = new


def places(tree: ast.AST) -> list[Place]:
    """Every expression of a file that can be changed, in order. Only within functions: what importing evaluates, no history does."""
    return [place for each in ast.walk(tree) if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef) for place in _of(each)]


def _of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[Place]:
    todo: list[ast.AST] = list(function.body)
    while todo:
        node = todo.pop(0)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Assert):
            continue  # a function within has its own turn
        for field, value in ast.iter_fields(node):
            for index, each in enumerate(value) if isinstance(value, list) else [(None, value)]:
                if isinstance(each, ast.expr) and _changes(each, node, field):
                    yield Place(each, node, field, index)
                if isinstance(each, ast.AST) and _surely(node, field, index):
                    todo.append(each)


def _changes(node: ast.expr, parent: ast.AST, field: str) -> bool:
    """Is there a change after which this expression has another value, whatever it is evaluated to?"""
    match node:
        case _ if not _surely(parent, field, None):
            return False
        case ast.Compare(ops=[op]):
            return type(op) in SWAPPED
        case ast.BoolOp():
            return True
        case ast.List(elts=[first, *_]):
            return isinstance(parent, ast.Return) and not isinstance(first, ast.Starred)
        case ast.UnaryOp(op=ast.Not()):
            return True
        case _:
            return isinstance(parent, ast.If | ast.IfExp) and field == "test"


def _surely(parent: ast.AST, field: str, index: int | None) -> bool:
    """Is this part of a node evaluated whenever the node is? Statements within have lines of their own."""
    match parent:
        case ast.BoolOp():
            return index == 0
        case ast.IfExp():
            return field == "test"
        case ast.While() if field == "test":
            return False  # a loop that never ends would be caught by patience alone
        case ast.Lambda() | ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp() | ast.comprehension():
            return False  # perhaps over nothing
        case ast.match_case() if field == "guard":
            return False
        case ast.Compare() if field == "comparators":
            return index in (0, None)
        case _:
            return True


async def _replayed(files: list[Path]) -> bool:
    from tests.histories.many import Played, shown
    from worker.replaying import replay

    for path in files:
        kept = Played.model_validate_json(path.read_bytes())
        if not (await replay(kept)).identical or await shown(kept) != kept.shown:
            return False
    return True


def _lines(files: list[Path]) -> dict[str, dict[str, list[int]]]:
    """Which lines each replay with its judgements passes through, besides those of importing."""
    seen: dict[str, set[int]] = {}
    wanted = {str(path): str(path.relative_to(ROOT)) for path in targets()}

    def trace(frame: Any, event: str, _: Any) -> Any:
        name = wanted.get(frame.f_code.co_filename)
        if name is None or frame.f_code.co_name == "<module>":
            return None
        if event == "line":
            seen.setdefault(name, set()).add(frame.f_lineno)
        return trace

    found: dict[str, dict[str, list[int]]] = {}
    threading.settrace(trace)
    sys.settrace(trace)
    for file in files:
        seen.clear()
        asyncio.run(_replayed([file]))
        found[file.name] = {name: sorted(lines) for name, lines in seen.items()}
    sys.settrace(None)
    return found


if __name__ == "__main__":
    what, where, names = sys.argv[1], Path(sys.argv[2]), sys.argv[3:]
    chosen = [where / name for name in names] or sorted(where.glob("*.json"))
    if what == "lines":
        print(json.dumps(_lines(chosen)))
    else:
        sys.exit(0 if asyncio.run(_replayed(chosen)) else 1)
