"""The main job over the whole stack, as `make demo` plays it: every process real, everything through one entrance."""

from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from stack.demo.__main__ import import_listings
from stack.demo.play import play
from stack.demo.show import Show
from stack.layout import Layout, Ports
from stack.local import local_stack
from stack.options import Options
from stack.progress import Progress


@pytest.mark.slow
@pytest.mark.timeout(400)
async def test_a_guest_searches_wins_a_coupon_books_pays_and_is_confirmed(tmp_path: Path) -> None:
    told = StringIO()
    console = Console(file=told, width=160)
    layout = Layout(home=tmp_path, ports=Ports.free())
    async with local_stack(layout, Options(), Progress(console)) as stack:
        await import_listings(stack)
        await play(stack.url, Show(console), guests=300)
    assert told.getvalue().count("✓") >= 20, told.getvalue()
    assert "✗" not in told.getvalue()
