"""Asking a server over its own protocol whether it answers yet."""

import socket
import struct
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlsplit

from stack.ports import LOOPBACK

_API_VERSIONS = 18
_CORRELATION = 7


def valkey_answers(port: int) -> bool:
    """PING; a server that is still loading its data says so instead of PONG."""
    return _ask(port, b"*1\r\n$4\r\nPING\r\n", 5) == b"+PONG"


def kafka_answers(port: int) -> bool:
    """ApiVersions, the one request a broker answers before anything else."""
    client = b"stack"
    request = struct.pack(">hhih", _API_VERSIONS, 0, _CORRELATION, len(client)) + client
    answer = _ask(port, struct.pack(">i", len(request)) + request, 10)
    return len(answer) == 10 and struct.unpack(">ih", answer[4:]) == (_CORRELATION, 0)


def http_answers(url: str) -> bool:
    """GET; a service that is not ready says 503."""
    parts = urlsplit(url)
    connection = HTTPConnection(parts.hostname or LOOPBACK, parts.port, timeout=5)
    try:
        connection.request("GET", parts.path)
        return connection.getresponse().status == HTTPStatus.OK
    except (OSError, HTTPException):  # nobody there yet, or it went away while answering
        return False
    finally:
        connection.close()


def _ask(port: int, question: bytes, length: int) -> bytes:
    answer = b""
    try:
        with socket.create_connection((LOOPBACK, port), timeout=1) as connection:
            connection.sendall(question)
            while len(answer) < length and (chunk := connection.recv(length - len(answer))):
                answer += chunk
    except OSError:  # nobody there yet, or it went away while answering
        return b""
    return answer
