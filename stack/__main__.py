"""`python -m stack` is `make up`."""

import sys

from stack.up import main

if __name__ == "__main__":
    sys.exit(main())
