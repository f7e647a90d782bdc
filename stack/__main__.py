"""`python -m stack` is `make up`."""

import signal
import sys

# Ctrl-C before anything was started has nothing to stop and nothing to say.
signal.signal(signal.SIGINT, signal.SIG_DFL)

from stack.up import main  # noqa: E402

if __name__ == "__main__":
    sys.exit(main())
