"""An application served over real HTTP from a thread of this process, for as long as a block lasts."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn

LOOPBACK = "127.0.0.1"


@contextmanager
def running(create: Callable[[int], Any], port: int = 0) -> Iterator[str]:
    """Yields the address of the application that `create(port)` gives; port 0 takes a free one."""
    # Bound and listening before the server starts, so that the first caller waits instead of being refused.
    with socket.create_server((LOOPBACK, port)) as listener:
        bound = listener.getsockname()[1]
        server = uvicorn.Server(uvicorn.Config(create(bound), log_level="warning", ws="none"))
        thread = threading.Thread(target=server.run, args=([listener],))
        thread.start()
        try:
            yield f"http://{LOOPBACK}:{bound}"
        finally:
            server.should_exit = True
            thread.join()
