"""The SMTP side: whatever is sent is kept."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope

from stack.mailbox.keep import Mails


class Keeper:
    """aiosmtpd calls it."""

    def __init__(self, mails: Mails) -> None:
        self._mails = mails

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Envelope) -> str:  # noqa: N802 - its name there
        self._mails.add(envelope.original_content or b"")
        return "250 Kept"


@asynccontextmanager
async def taking_mail(mails: Mails, host: str, port: int) -> AsyncIterator[None]:
    loop = asyncio.get_running_loop()
    keeper = Keeper(mails)
    server = await loop.create_server(lambda: SMTP(keeper, enable_SMTPUTF8=True, hostname="mailbox"), host, port)
    async with server:
        yield
