"""Revocations: until when a person's tokens no longer count, read by the clock so that no request has to ask."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, Protocol
from uuid import UUID

import httpx
import structlog

from chassis import fetching
from chassis.errors import Unavailable

logger = structlog.get_logger(__name__)

Read = Callable[[], Awaitable[Mapping[UUID, datetime]]]
"""What has been revoked lately. It may leave out what no token that is still good can be touched by."""

_LARGEST_DOCUMENT = 16 * 1024 * 1024
_PATIENCE = 5.0


class Revocations(Protocol):
    async def revoked_at(self, user_id: UUID) -> datetime | None:
        """Tokens given to the person at that instant or before are worth nothing. Raises Unavailable while unknown."""

    def known_for(self) -> float:
        """Seconds for which what it says still counts, if nothing newer is heard."""


class FixedRevocations:
    """What is known beforehand: for tests, and where nobody can revoke anything."""

    def __init__(self, known: Mapping[UUID, datetime] | None = None) -> None:
        self._known = known or {}

    async def revoked_at(self, user_id: UUID) -> datetime | None:
        return self._known.get(user_id)

    def known_for(self) -> float:
        return float("inf")


class PolledRevocations:
    """A list read every `every` seconds, and `again` seconds after it could not be had; times are in seconds.

    Older than `good_for` it says nothing any more: a token that somebody took back must not count for longer.
    """

    def __init__(self, read: Read, *, every: float = 20, again: float = 2, good_for: float = 60) -> None:
        self.every, self.again, self.good_for = every, again, good_for
        self.read = read
        self._known: Mapping[UUID, datetime] = {}
        self._as_of = float("-inf")
        self._tried = asyncio.Event()
        self._had = False
        self._polling: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._polling = asyncio.create_task(self._poll())

    async def revoked_at(self, user_id: UUID) -> datetime | None:
        await self.ping()
        return self._known.get(user_id)

    async def ping(self) -> None:
        """Raise Unavailable while the list is too old; until it was read for the first time, wait for that.

        As well if this process has slept, or had its loop held up, over the next reading: that comes at once.
        """
        if self._polling is not None and self._had and self.known_for() <= 0:
            self._tried.clear()
        await self._tried.wait()
        if self.known_for() <= 0:
            raise Unavailable(self.again, "Tokens can't be checked right now. Please try again.")

    def known_for(self) -> float:
        return max(self._as_of + self.good_for - time.monotonic(), 0)

    async def look(self) -> bool:
        """Read the list now; whether it could be had."""
        began = time.monotonic()
        try:
            async with asyncio.timeout(_PATIENCE):
                self._known = await self.read()
        except Exception as error:  # noqa: BLE001 - whatever it is, the next reading may go better
            logger.warning("revocations_unavailable", reason=f"{type(error).__name__}: {error}")
            self._had = False
        else:
            self._as_of, self._had = began, True
        finally:
            self._tried.set()
        return self._had

    async def close(self) -> None:
        if self._polling is not None:
            self._polling.cancel()
            with suppress(asyncio.CancelledError):
                await self._polling
            self._polling = None
            self._tried.set()

    async def _poll(self) -> None:
        while True:
            had = await self.look()
            await asyncio.sleep(self.every if had else self.again)


class RemoteList:
    """The list behind a URL: `{"revocations": {person: milliseconds since 1970}}`."""

    def __init__(self, url: str, http: httpx.AsyncClient | None = None) -> None:
        self.url = url
        self._http = http or fetching.client()

    async def __call__(self) -> Mapping[UUID, datetime]:
        return _read_document(await fetching.json_at(self._http, self.url, largest=_LARGEST_DOCUMENT))

    async def close(self) -> None:
        await self._http.aclose()


def document_of(revocations: Mapping[UUID, datetime]) -> dict[str, dict[str, int]]:
    """The list as it is sent; the instants are whole milliseconds, as tokens' are."""
    return {"revocations": {str(user_id): round(at.timestamp() * 1_000) for user_id, at in revocations.items()}}


def _read_document(document: Any) -> Mapping[UUID, datetime]:
    listed = document.get("revocations") if isinstance(document, dict) else None
    if not isinstance(listed, dict):
        raise ValueError("not a list of revocations")  # noqa: TRY004
    return {UUID(user_id): datetime.fromtimestamp(at / 1_000, UTC) for user_id, at in listed.items()}
