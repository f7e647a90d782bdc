"""What the person in front of the demo sees, and what must be true for it to go on."""

from collections.abc import Sequence

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table


class DemoFailed(Exception):
    """A step that was not as it must be."""


class Show:
    """Steps in words and numbers."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._step = 0

    def step(self, title: str) -> None:
        self._step += 1
        self._console.print(f"\n[bold cyan]{self._step}. {title}[/]")

    def say(self, sentence: str) -> None:
        self._console.print(f"   {sentence}", highlight=False, soft_wrap=True)

    def must(self, holds: bool, sentence: str) -> None:
        """Say what holds; stop the demo where it doesn't."""
        mark = "[green]✓[/]" if holds else "[red]✗[/]"
        self._console.print(f"   {mark} {sentence}", highlight=False, soft_wrap=True)
        if not holds:
            raise DemoFailed(sentence)

    def table(self, *columns: str, rows: Sequence[tuple[str, ...]]) -> None:
        table = Table(*columns, box=None, padding=(0, 2), header_style="dim")
        for row in rows:
            table.add_row(*row)
        self._console.print(table)

    def progress(self) -> Progress:
        columns = (TextColumn("   {task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        return Progress(*columns, console=self._console, disable=not self._console.is_terminal)
