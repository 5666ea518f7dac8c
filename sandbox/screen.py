"""What one sees while a demonstration is played: a live table on a terminal, a line now and then in a log."""

import time
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from domain.words import Stage

#: Seconds between two lines in a log, and between two redrawings on a terminal.
EVERY_LINE_S, EVERY_DRAW_S = 4.0, 0.4


@dataclass
class Now:
    """The state of play."""

    moment: datetime
    hires: Iterable[Mapping[str, Any]]
    events_in: int
    repeated: int
    refused: int
    events_out: int
    letters: int
    acts: int
    deadlines: Mapping[str, int]
    ticker: Iterable[str] = ()

    def stages(self) -> Counter[tuple[str, str]]:
        return Counter((str(h["vacancy"]), str(h["stage"] or "ended")) for h in self.hires)


@dataclass
class Screen:
    """Says what happens. `console` decides between a live picture and plain lines."""

    console: Console = field(default_factory=Console)
    _live: Live | None = None
    _said_at: float = 0.0
    _began: float = field(default_factory=time.monotonic)

    def say(self, text: str, style: str = "") -> None:
        self.console.print(Text(text, style=style), soft_wrap=True)

    def start(self) -> None:
        self._began = time.monotonic()
        if self.console.is_terminal:
            self._live = Live(console=self.console, auto_refresh=False, transient=True)
            self._live.start()

    def stop(self) -> None:
        if self._live is not None:
            self._live.stop()
            self._live = None

    @property
    def due(self) -> bool:
        """Whether it is time to look again: no more often than anyone can read."""
        return time.monotonic() - self._said_at >= (EVERY_LINE_S if self._live is None else EVERY_DRAW_S)

    def show(self, now: Now) -> None:
        if self._live is not None:
            self._live.update(self._picture(now), refresh=True)
        else:
            self.console.print(self._line(now), soft_wrap=True, highlight=False)
        self._said_at = time.monotonic()

    def _line(self, now: Now) -> str:
        stages = Counter(stage for (_, stage), n in now.stages().items() for _ in range(n))
        shown = " ".join(f"{stage}:{n}" for stage in [*map(str, Stage), "ended"] if (n := stages[stage]))
        return f"{time.monotonic() - self._began:5.0f}s  {now.moment:%d %b %Y}  {self._traffic(now)}  {shown}"

    def _traffic(self, now: Now) -> str:
        return (
            f"in {now.events_in} (+{now.repeated} twice, {now.refused} refused)  out {now.events_out}  "
            f"letters {now.letters}  acts {now.acts}  deadlines {self._deadlines(now)}"
        )

    def _deadlines(self, now: Now) -> str:
        return ", ".join(f"{n} {what.replace('_', ' ')}" for what, n in now.deadlines.items() if n) or "none yet"

    def _picture(self, now: Now) -> RenderableType:
        stages = now.stages()
        vacancies = sorted({vacancy for vacancy, _ in stages})
        table = Table(title=f"{now.moment:%A %d %B %Y}", title_justify="left", expand=False)
        table.add_column("stage")
        for vacancy in vacancies:
            table.add_column(vacancy, justify="right")
        for stage in [*map(str, Stage), "ended"]:
            cells = [stages[(vacancy, stage)] for vacancy in vacancies]
            bars = [f"{'▪' * min(n, 20)} {n}" if n else "" for n in cells]
            table.add_row(stage.replace("_", " "), *bars)
        footer = Text(f"events {self._traffic(now)}   {time.monotonic() - self._began:.0f} s")
        return Group(table, footer, Text("\n".join(now.ticker), style="dim"))
