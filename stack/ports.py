"""Loopback ports: which are free, and who holds the ones that are not."""

import random
import socket

import psutil

from stack.errors import StackError

LOOPBACK = "127.0.0.1"
# Below the range the kernel hands to outgoing connections (32768 upwards): a port found free there
# can be taken by any client in the moment before its server binds it.
CANDIDATES = range(20000, 32000)
_given: set[int] = set()


def free_port() -> int:
    """Find a loopback port nobody listens on, and which this process was not given before: it may not listen yet."""
    for port in random.sample(CANDIDATES, len(CANDIDATES)):
        if port not in _given and is_free(port):
            _given.add(port)
            return port
    raise StackError(f"no free port between {CANDIDATES.start} and {CANDIDATES.stop} on {LOOPBACK}")


def is_free(port: int) -> bool:
    """Tell whether a server could listen on this loopback port now."""
    with socket.socket() as probe:
        # As servers do: connections of a server that just ended must not count as a holder.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
        return True


def ensure_free(port: int, wanted_by: str) -> None:
    """Refuse a port that is taken, naming its holder as far as this user may see it."""
    if not is_free(port):
        raise StackError(f"{wanted_by} needs port {port}, which is in use{_holder_of(port)}")


def _holder_of(port: int) -> str:
    try:
        connections = psutil.net_connections("tcp")
    except psutil.AccessDenied:  # other people's sockets, and on some systems all, are not ours to list
        return ""
    for connection in connections:
        listens = connection.status == psutil.CONN_LISTEN and connection.laddr[1:] == (port,)
        if listens and connection.pid:
            return f" by {_name_of(connection.pid)} (pid {connection.pid})"
    return ""


def _name_of(pid: int) -> str:
    try:
        return psutil.Process(pid).name()
    except psutil.Error:
        return "a process"
