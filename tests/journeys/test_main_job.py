"""The main job over the whole stack, as `make demo` plays it."""

from io import StringIO

import pytest
from rich.console import Console

from stack.demo.books import prove_books
from stack.demo.play import play
from stack.demo.show import Show
from stack.local import Stack


@pytest.mark.slow
@pytest.mark.timeout(400)
@pytest.mark.usefixtures("lodgings")
async def test_a_guest_searches_wins_a_coupon_books_pays_and_is_confirmed(stack: Stack) -> None:
    told = StringIO()
    await play(stack, Show(Console(file=told, width=160)), guests=300)
    await prove_books(stack.around, Show(Console(file=told, width=160)))
    assert told.getvalue().count("✓") >= 25, told.getvalue()
    assert "✗" not in told.getvalue()
