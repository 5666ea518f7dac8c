"""Whether what a balance report does not tell can be worked out: another table that gives the very same answer, looked for by hand.

A reader is supposed to know the rule, the totals of every cell, and what is told; then a cell is hidden if two tables with different
values in it look the same.
"""

from collections.abc import Iterator

from domain.balance import LEAST, Cells, told

Groups = dict[str, Cells]


def another(groups: Groups, unsaid: Cells, name: str, place: int, least: int = LEAST) -> Groups | None:
    """A table that looks the same with another value in that cell; None where there is none of the two kinds tried."""
    answer = told(groups, unsaid, least)
    for other, rest in (*_swapped(groups, unsaid, name), *_moved(groups, unsaid, name, place)):
        same = told({each: cells for each, cells in other.items() if any(cells)}, rest, least) == answer
        if same and other[name][place] != groups[name][place]:
            return other
    return None


def _swapped(groups: Groups, unsaid: Cells, name: str) -> Iterator[tuple[Groups, Cells]]:
    for other in groups.keys() - {name}:
        yield groups | {name: groups[other], other: groups[name]}, unsaid


def _moved(groups: Groups, unsaid: Cells, name: str, place: int) -> Iterator[tuple[Groups, Cells]]:
    """One person more or less in that cell, from or to those who said nothing, or another group; the totals stay."""
    for more in (-1, 1):
        mine = _with(groups[name], place, more)
        if min(mine) < 0:
            continue
        if unsaid[place] >= more:
            yield groups | {name: mine}, _with(unsaid, place, -more)
        for other in groups.keys() - {name}:
            if groups[other][place] >= more:
                yield groups | {name: mine, other: _with(groups[other], place, -more)}, unsaid


def _with(cells: Cells, place: int, more: int) -> Cells:
    return tuple(each + more * (n == place) for n, each in enumerate(cells))
