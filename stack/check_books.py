"""Prove that the books of the local stack agree, all five databases, the gates and the provider's.

    python -m stack.check_books [--within SECONDS]

Prints each breach with what it is about, and exits with 1 then. Changes nothing, and may run at any time: what is
under way is given some seconds to come to rest.
"""

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence

from stack.books.check import check_books
from stack.books.places import Places
from stack.layout import Layout, Ports
from stack.options import Options
from stack.services import Surroundings


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m stack.check_books", description=__doc__)
    parser.add_argument("--within", type=float, default=60, metavar="SECONDS", help="to come to rest (%(default)s)")
    given = parser.parse_args(arguments)
    around = Surroundings.of(Layout(ports=Ports.read(os.environ)), Options.read(os.environ), os.environ)
    return asyncio.run(_check(Places.of(around), given.within))


async def _check(places: Places, within: float) -> int:
    found = await check_books(places, within=within)
    for breach in found.breaches:
        print(breach)
    print(f"{found.counted}. " + (f"{len(found.breaches)} breaches." if found.breaches else "The books agree."))
    return 1 if found.breaches else 0


if __name__ == "__main__":
    sys.exit(main())
