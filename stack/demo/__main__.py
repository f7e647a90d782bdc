"""`make demo`: start the stack, put real lodgings on sale, and play the main job.

At a terminal the stack then stays up; without one it stops, and the exit code says whether every step was right.
"""

import asyncio
import os
import sys

import httpx
from rich.console import Console

from stack.commands import command, run_together
from stack.demo.books import prove_books
from stack.demo.graph import Graph
from stack.demo.people import sign_in
from stack.demo.play import play
from stack.demo.show import DemoFailed, Show
from stack.errors import StackError
from stack.layout import ROOT, Layout
from stack.local import Stack, local_stack
from stack.options import Options
from stack.progress import Progress
from stack.up import print_addresses, stop_when_told

LISTINGS = ROOT / "stack" / "listings" / "oslo-2024-06-sample.csv"
NOK_TO_KRW = 130


def main() -> int:
    progress = Progress(Console(highlight=False))
    layout = Layout()
    try:
        asyncio.run(_demo(layout, progress))
    except (StackError, DemoFailed) as error:
        progress.fail(str(error))
        progress.tell(f"The logs are in {layout.logs}")
        return 1
    except asyncio.CancelledError:
        progress.tell("Stopped.")
    return 0


async def _demo(layout: Layout, progress: Progress) -> None:
    stop_when_told()
    async with local_stack(layout, Options.read(os.environ), progress) as stack:
        with progress.timed("lodgings of Oslo"):
            await import_listings(stack)
        await _unless_a_process_dies(stack, _play(stack, Show(progress.console)))
        progress.tell("\nEvery step was as it must be.")
        if sys.stdin.isatty():
            print_addresses(layout, progress)
            await stack.watch()


async def _play(stack: Stack, show: Show) -> None:
    await play(stack.url, show)
    await prove_books(stack.around, show)


async def import_listings(stack: Stack) -> None:
    """The sample of real lodgings that the project carries, as the demo's host's; those that are there stay so."""
    async with httpx.AsyncClient(base_url=stack.url, timeout=30) as http:
        host = await sign_in(Graph(http, "/graphql"), "host@overthere.example")
    words = ["subgraphs.accommodation.import_listings", str(LISTINGS), "--rate", str(NOK_TO_KRW), "--host", host.id]
    await run_together([command(stack.around, "accommodation", "listings", words)])


async def _unless_a_process_dies(stack: Stack, scenes: object) -> None:
    """A process that dies in the middle is said at once, instead of a time-out later."""
    playing = asyncio.ensure_future(scenes)  # type: ignore[call-overload]
    watching = asyncio.ensure_future(stack.watch())
    done, pending = await asyncio.wait({playing, watching}, return_when=asyncio.FIRST_COMPLETED)
    for task in pending:
        task.cancel()
    await asyncio.gather(*pending, return_exceptions=True)
    for task in done:
        task.result()


if __name__ == "__main__":
    sys.exit(main())
