"""The mail server of the tests: the stack's own mailbox, which can be away or refuse, and a worker beside it."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope
from sqlalchemy import text

from stack.mailbox.keep import Mail, Mails
from stack.mailbox.smtp import Keeper
from stack.ports import LOOPBACK
from subgraphs.account.notices import send
from subgraphs.account.notices.mailer import Mailer
from subgraphs.account.settings import Settings
from tests.account.world import World


class Mailroom:
    def __init__(self, world: World, folder: Path, port: int) -> None:
        self.world = world
        self.mails = Mails(folder, 1_000)
        self.port = port
        self.mailer = Mailer(f"smtp://{LOOPBACK}:{port}", "Overthere <no-reply@overthere.example>")

    async def send(self) -> None:
        """What a worker does every second."""
        settings = self.world.account.settings
        assert isinstance(settings, Settings)
        await send.send_due_notices(self.world.account.database, self.mailer, settings)

    async def mailed(self, to: str) -> list[Mail]:
        """Sent by now, the newest first."""
        await self.send()
        return self.mails.newest(100, to)

    async def token(self, to: str) -> str:
        """Behind the # of the newest mail's link."""
        newest = (await self.mailed(to))[0]
        found = re.search(r"#(\S+)\s*$", newest.part("plain"), re.MULTILINE)
        assert found is not None
        return found[1]

    async def notices(self) -> list[dict[str, Any]]:
        async with self.world.account.database.reading() as session:
            rows = await session.execute(text("select * from notices order by created_at, id"))
            return [dict(row) for row in rows.mappings()]

    async def states(self) -> list[tuple[str, str, str | None]]:
        return [(each["kind"], each["state"], each["reason"]) for each in await self.notices()]

    async def due_now(self) -> None:
        await self.world.execute("update notices set due_at = now() where state = 'WAITING'")


class Moody(Keeper):
    """A mail server that answers as it is told to, mail by mail: with "gone" the line is cut before it can."""

    def __init__(self, mails: Mails, *answers: str) -> None:
        super().__init__(mails)
        self.answers = list(answers)
        self.refused: dict[str, str] = {}

    async def handle_RCPT(  # noqa: N802 - its name there
        self, _server: Any, _session: Any, envelope: Envelope, address: str, _options: Any
    ) -> str:
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:  # noqa: N802
        answer = self.answers.pop(0) if self.answers else "250 Kept"
        if answer.startswith("250"):
            await super().handle_DATA(server, session, envelope)
        if answer.endswith("gone"):
            server.transport.abort()
        return answer


@asynccontextmanager
async def answering(mailroom: Mailroom, moody: Moody) -> AsyncIterator[None]:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(moody, enable_SMTPUTF8=True), LOOPBACK, mailroom.port)
    async with server:
        yield
