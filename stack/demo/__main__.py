"""`make demo`: start the stack, put real lodgings on sale, and play the main job.

At a terminal the stack then stays up; without one it stops, and the exit code says whether every step was right.
"""

import asyncio
import sys
from collections.abc import Sequence

import httpx
from rich.console import Console

from stack.arguments import STACK, read_arguments
from stack.commands import command, run_together
from stack.demo.books import prove_books
from stack.demo.graph import Graph, GraphError
from stack.demo.people import sign_in
from stack.demo.play import play
from stack.demo.show import DemoFailed, Show
from stack.errors import StackError
from stack.layout import ROOT, Layout, Ports
from stack.local import Stack, local_stack
from stack.options import Options
from stack.progress import Progress
from stack.up import print_addresses, stop_when_told

LISTINGS = ROOT / "stack" / "listings" / "oslo-2024-06-sample.csv"
NOK_TO_KRW = 130


def main(arguments: Sequence[str] | None = None) -> int:
    asked = read_arguments("python -m stack.demo", __doc__, arguments, STACK)
    progress = Progress(Console(highlight=False))
    try:
        asyncio.run(_demo(Layout(ports=Ports.read(asked)), Options.read(asked), progress))
    except (StackError, DemoFailed, GraphError) as error:
        progress.fail(str(error))
        progress.tell(f"The logs are in {Layout().logs}")
        return 1
    except asyncio.CancelledError:
        progress.tell("Stopped.")
    return 0


async def _demo(layout: Layout, options: Options, progress: Progress) -> None:
    stop_when_told()
    async with local_stack(layout, options, progress) as stack:
        with progress.timed("lodgings of Oslo"):
            await import_listings(stack)
        await _unless_a_server_dies(stack, _play(stack, Show(progress.console)))
        progress.tell("\nEvery step was as it must be.")
        if sys.stdin.isatty():
            print_addresses(layout, progress)
            await stack.watch()


async def _play(stack: Stack, show: Show) -> None:
    await play(stack, show)
    await prove_books(stack.around, show)


async def import_listings(stack: Stack) -> None:
    """The sample of real lodgings that the project carries, as the demo's host's; those that are there stay so."""
    async with httpx.AsyncClient(base_url=stack.url, timeout=30) as http:
        host = await sign_in(Graph(http, "/graphql"), "host@overthere.example")
    words = ["subgraphs.accommodation.import_listings", str(LISTINGS), "--rate", str(NOK_TO_KRW), "--host", host.id]
    await run_together([command(stack.around, "accommodation", "listings", words)])


async def _unless_a_server_dies(stack: Stack, scenes: object) -> None:
    """A server that dies in the middle is said at once, instead of a time-out later."""
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
