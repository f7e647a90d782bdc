"""What the person at the terminal sees while the stack starts and stops: one line for each thing done."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.console import Console


@dataclass
class Progress:
    console: Console = field(default_factory=lambda: Console(stderr=True, highlight=False))

    def step(self, what: str) -> None:
        """Say what begins now."""
        self.console.print(f"[bold]{what}[/bold]")

    def is_ready(self, name: str, seconds: float) -> None:
        """Say that something stands, and how long it took."""
        self.console.print(f"  [green]✓[/green] {name:<24} [dim]{seconds:5.1f} s[/dim]")

    @contextmanager
    def timed(self, name: str) -> Iterator[None]:
        """Say when the block is over, and how long it took."""
        began = time.monotonic()
        yield
        self.is_ready(name, time.monotonic() - began)

    def tell(self, line: str) -> None:
        """Say something as it is: it may hold an address or a path."""
        self.console.print(line, markup=False, soft_wrap=True)

    def fail(self, line: str) -> None:
        """Say in one line why the stack can't go on. Nothing in it is markup: paths have brackets."""
        self.console.print(f"✗ {line}", style="red", markup=False, soft_wrap=True)
