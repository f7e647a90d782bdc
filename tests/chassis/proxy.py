"""A server's stand-in address that can be taken away: connections through it are cut, and refused until it is back."""

import asyncio
import socket
import struct
from contextlib import suppress
from typing import Self


class Proxy:
    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self._pipes: set[asyncio.Task[None]] = set()
        self.port = 0

    async def __aenter__(self) -> Self:
        await self.back()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.away()

    async def back(self) -> None:
        self._server = await asyncio.start_server(self._connect, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def lead_to(self, port: int) -> None:
        """From now on to another server on this machine; what was connected to the old one is cut."""
        await self.away()
        self._target = ("127.0.0.1", port)
        await self.back()

    async def away(self, *, reset: bool = False) -> None:
        """`reset`: as a machine does that does not know of the connections, instead of one that ends them."""
        if self._server is not None:
            self._server.close()
            for writer in list(self._open):
                if reset:
                    ended = writer.get_extra_info("socket")
                    ended.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                writer.transport.abort()
            await asyncio.gather(*self._pipes, return_exceptions=True)
            self._server = None

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there, back = await asyncio.open_connection(*self._target)
        except OSError:
            writer.transport.abort()
            return
        self._open |= {writer, back}
        for source, sink in ((reader, back), (there, writer)):
            pipe = asyncio.create_task(self._carry(source, sink))
            self._pipes.add(pipe)
            pipe.add_done_callback(self._pipes.discard)

    async def _carry(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await source.read(65536):
                sink.write(data)
                await sink.drain()
        self._open.discard(sink)
        sink.transport.abort()
