"""Loopback ports: which are free, and who holds the ones that are not."""

import os
import random
import socket
from collections.abc import Mapping

import psutil

from stack.errors import StackError

LOOPBACK = "127.0.0.1"
HIGHEST = 65535
# Below the range the kernel hands to outgoing connections (32768 upwards): a port found free there
# can be taken by any client in the moment before its server binds it.
CANDIDATES = range(20000, 32000)
# Names others to choose from, as 20000-25999, so that processes beside each other are never given the same.
VARIABLE = "FREE_PORTS"
_given: set[int] = set()


def free_port() -> int:
    """Find a loopback port nobody listens on, and which this process was not given before: it may not listen yet."""
    candidates = _candidates(os.environ)
    for port in random.sample(candidates, len(candidates)):
        if port not in _given and is_free(port):
            _given.add(port)
            return port
    raise StackError(f"no free port between {candidates.start} and {candidates.stop} on {LOOPBACK}")


def _candidates(environment: Mapping[str, str]) -> range:
    chosen = environment.get(VARIABLE)
    if chosen is None:
        return CANDIDATES
    first, _, last = chosen.partition("-")
    if not (first.isdecimal() and last.isdecimal() and 1 <= int(first) <= int(last) <= HIGHEST):
        raise StackError(f"{VARIABLE} must be two ports, as 20000-25999, and is {chosen!r}")
    return range(int(first), int(last) + 1)


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
