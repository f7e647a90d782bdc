"""`make down`: stop the stack of this checkout, whoever started it."""

import sys
from collections.abc import Sequence

from stack.arguments import read_arguments
from stack.errors import StackError
from stack.layout import Layout
from stack.progress import Progress
from stack.running import stop_running


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit with 0 when nothing runs any more."""
    read_arguments("python -m stack.down", __doc__, arguments)
    progress = Progress()
    try:
        progress.tell("Stopped." if stop_running(Layout().home) else "Nothing was running.")
    except StackError as error:
        progress.fail(str(error))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
