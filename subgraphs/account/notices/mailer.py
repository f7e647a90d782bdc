"""The mail server: SMTP, one connection for a batch of mails."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.headerregistry import Address
from email.utils import parseaddr
from urllib.parse import unquote, urlsplit

from aiosmtplib import SMTP

SCHEMES = ("smtp", "smtp+starttls", "smtps")
_TIMEOUT = 20.0


class Mailer:
    """`url` is smtp://user:password@host:port (TLS once the server offers it), smtp+starttls:// or smtps://."""

    def __init__(self, url: str, sender: str) -> None:
        self._server = urlsplit(url)
        if self._server.scheme not in SCHEMES or not self._server.hostname:
            raise ValueError(f"A mail server is named as {', '.join(f'{each}://host' for each in SCHEMES)}.")
        name, address = parseaddr(sender)
        self.sender = Address(name, addr_spec=address)

    @asynccontextmanager
    async def connected(self) -> AsyncIterator[SMTP]:
        """Raises SMTPConnectError, an outage, while the server is away."""
        smtp = SMTP(
            hostname=self._server.hostname,
            port=self._server.port,
            username=unquote(self._server.username) if self._server.username else None,
            password=unquote(self._server.password) if self._server.password else None,
            use_tls=self._server.scheme == "smtps",
            start_tls=True if self._server.scheme == "smtp+starttls" else None,
            # Not looked up in the network, which would block.
            local_hostname=self.sender.domain,
            timeout=_TIMEOUT,
        )
        async with smtp:
            yield smtp
