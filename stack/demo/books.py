"""Scene: the books of everybody are compared, behind the graph."""

from stack.books.check import check_books
from stack.books.places import Places
from stack.demo.show import Show
from stack.services import Surroundings


async def prove_books(around: Surroundings, show: Show, *, within: float = 60) -> None:
    """All that the databases, the gates and the provider know, also from runs before this one."""
    found = await check_books(Places.of(around), within=within)
    for breach in found.breaches:
        show.say(str(breach))
    show.must(not found.breaches, f"the five databases, the gates and the provider agree: {found.counted}")
