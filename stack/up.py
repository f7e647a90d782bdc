"""`make up`: start the stack, say where everything is, keep it up until told to stop.

A service that dies is started again; when a server dies that others stand on (PostgreSQL, Valkey, the broker), or a
service again and again, the stack stops and says why. `make down` stops it from elsewhere.
"""

import asyncio
import signal
from collections.abc import Sequence

from stack.arguments import STACK, read_arguments
from stack.errors import StackError
from stack.layout import Layout, Ports
from stack.local import local_stack
from stack.options import Options
from stack.people import DEMO_PASSWORD, DEMO_PEOPLE
from stack.progress import Progress


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit with 0 when asked to stop, with 1 when something went wrong."""
    asked = read_arguments("python -m stack", __doc__, arguments, STACK)
    progress = Progress()
    try:
        asyncio.run(_stay_up(Layout(ports=Ports.read(asked)), Options.read(asked), progress))
    except StackError as error:
        progress.fail(str(error))
        return 1
    except asyncio.CancelledError:
        progress.tell("Stopped.")
    return 0


async def _stay_up(layout: Layout, options: Options, progress: Progress) -> None:
    stop_when_told()
    async with local_stack(layout, options, progress) as stack:
        print_addresses(layout, progress)
        await stack.watch()


def stop_when_told() -> None:
    """Let Ctrl-C, `make down` and a closing terminal cancel the current task, so that it stops what it started."""
    task = asyncio.current_task()
    assert task is not None  # noqa: S101
    for told in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(told) is not signal.SIG_IGN:  # nohup
            asyncio.get_running_loop().add_signal_handler(told, task.cancel)


def print_addresses(layout: Layout, progress: Progress) -> None:
    """Say what to open."""
    progress.step("Ready")
    addresses = {
        "guests' graph": f"{layout.entrance_url}/graphql",
        "back office": f"{layout.entrance_url}/admin/graphql",
        "PortOne simulator": f"http://127.0.0.1:{layout.ports.portone}/control",
        "a rush, live": f"{layout.entrance_url}/rush/<event id>; `make rush` makes one",
        "mailbox": f"http://127.0.0.1:{layout.ports.mailbox}",
        "logs": str(layout.logs),
    }
    for name, address in addresses.items():
        progress.tell(f"  {name:<24} {address}")
    progress.tell(f"  {'people':<24} {', '.join(DEMO_PEOPLE)}; password {DEMO_PASSWORD}")
    progress.tell("Ctrl-C or `make down` stops everything.")
