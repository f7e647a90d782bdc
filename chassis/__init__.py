"""Shared plumbing that knows no business."""

import asyncio
import sys

from chassis.waiting import wait_for

if sys.version_info < (3, 12):
    # For the libraries: a Redis client that goes on after it was cancelled holds a socket open that was to be closed.
    asyncio.wait_for = wait_for  # type: ignore[assignment]  # noqa: TID251
