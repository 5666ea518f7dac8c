"""Mechanical mutants of the code that judges and plays: one small change each, on a line the recorded cases pass through.

Run as a program (`python -m tests.histories.mutating FOLDER [lines]`) inside a copied tree it replays the histories of FOLDER and ends
with 1 at the first that is not identical; with `lines` it prints which lines of the code they pass through.
"""

import ast
import asyncio
import json
import random
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
WHERE = ("workflows", "domain/acts", "domain/replies")
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


def targets(root: Path = ROOT) -> list[Path]:
    return sorted([p for where in WHERE for p in (root / where).glob("*.py")] + [root / name for name in FILES])


def mutants(passed: dict[str, list[int]], how_many: int, seed: int) -> list[Mutant]:
    """So many mutants on lines that were passed through, drawn by the seed, no two on one line of a file."""
    found: dict[tuple[str, int], list[int]] = {}
    for path in targets():
        name = str(path.relative_to(ROOT))
        lines = set(passed.get(name, ()))
        for nth, node in enumerate(list(ast.walk(ast.parse(path.read_text("utf-8"))))):
            line = getattr(node, "lineno", 0)
            if line in lines and change(node):
                found.setdefault((name, line), []).append(nth)
    draw = random.Random(seed)
    places = draw.sample(sorted(found), min(how_many, len(found)))
    return [made(name, line, draw.choice(found[name, line])) for name, line in places]


def made(name: str, line: int, nth: int) -> Mutant:
    """The file with its node of that number changed."""
    tree = ast.parse((ROOT / name).read_text("utf-8"))
    what = change(next(node for n, node in enumerate(ast.walk(tree)) if n == nth))
    return Mutant(name, line, what, ast.unparse(ast.fix_missing_locations(tree)))


def change(node: ast.AST) -> str:
    """Change a node in place; what was done, or nothing."""
    match node:
        case ast.Compare(ops=[op]) if type(op) in SWAPPED:
            node.ops = [SWAPPED[type(op)]()]
            return f"{type(op).__name__} -> {type(node.ops[0]).__name__}"
        case ast.BoolOp(op=ast.And()):
            node.op = ast.Or()
            return "and -> or"
        case ast.BoolOp(op=ast.Or()):
            node.op = ast.And()
            return "or -> and"
        case ast.Return(value=ast.List(elts=[_, *_]) as value):
            value.elts = value.elts[1:]
            return "the first of a returned list is left out"
        case ast.IfExp():
            node.body, node.orelse = node.orelse, node.body
            return "the two sides of a condition change places"
        case _:
            return ""


async def _replayed(files: list[Path]) -> bool:
    from worker.replaying import read_kept, replay

    for path in files:
        if not (await replay(read_kept(path))).identical:
            return False
    return True


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.json"))


def _lines(folder: Path) -> dict[str, list[int]]:
    """Which lines the replays and judgements pass through, besides those of importing."""
    seen: dict[str, set[int]] = {}
    wanted = {str(path): str(path.relative_to(ROOT)) for path in targets()}

    def trace(frame: Any, event: str, _: Any) -> Any:
        name = wanted.get(frame.f_code.co_filename)
        if name is None or frame.f_code.co_name == "<module>":
            return None
        if event == "line":
            seen.setdefault(name, set()).add(frame.f_lineno)
        return trace

    threading.settrace(trace)
    sys.settrace(trace)
    asyncio.run(_replayed(_files(folder)))
    sys.settrace(None)
    return {name: sorted(lines) for name, lines in seen.items()}


if __name__ == "__main__":
    where = Path(sys.argv[1])
    if sys.argv[2:] == ["lines"]:
        print(json.dumps(_lines(where)))
    else:
        sys.exit(0 if asyncio.run(_replayed(_files(where))) else 1)
