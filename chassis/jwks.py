"""Where public keys come from: the account service's JWKS, fetched when needed and kept while it is away."""

import asyncio
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Protocol

import httpx
import jwt
import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from chassis import fetching
from chassis.errors import Unavailable

logger = structlog.get_logger(__name__)

_LARGEST_DOCUMENT = 65_536


class KeySource(Protocol):
    async def key(self, kid: str) -> Ed25519PublicKey | None:
        """The key of that id, None when there is none. Raises Unavailable while that can't be said."""


class FixedKeys:
    """Keys that are known beforehand: the account service's own, or a test's."""

    def __init__(self, keys: Mapping[str, Ed25519PublicKey]) -> None:
        self._keys = keys

    async def key(self, kid: str) -> Ed25519PublicKey | None:
        return self._keys.get(kid)


class RemoteKeys:
    """Keys behind a URL.

    An unknown key id has them fetched again, at most once in `pause` seconds; keys older than `fresh` seconds are
    fetched again in the background. Keys that are known keep working while the URL can't be reached.
    """

    def __init__(
        self, url: str, *, pause: float = 3, fresh: float = 300, client: httpx.AsyncClient | None = None
    ) -> None:
        self.url = url
        self.pause = pause
        self.fresh = fresh
        self._client = client or fetching.client()
        self._keys: dict[str, Ed25519PublicKey] = {}
        self._tried_at = self._fetched_at = float("-inf")
        self._fetching: asyncio.Task[None] | None = None

    async def key(self, kid: str) -> Ed25519PublicKey | None:
        found = self._keys.get(kid)
        if found is None:
            await self._fetch_soon_enough()
            return self._keys.get(kid)
        if time.monotonic() - max(self._fetched_at, self._tried_at) > self.fresh:
            self._fetch()
        return found

    async def ping(self) -> None:
        """Ready once keys were fetched: until then no token can be judged."""
        if not self._keys:
            await self._fetch_soon_enough()

    async def close(self) -> None:
        if self._fetching is not None:
            self._fetching.cancel()
            with suppress(asyncio.CancelledError):
                await self._fetching
        await self._client.aclose()

    async def _fetch_soon_enough(self) -> None:
        if self._fetching is not None or time.monotonic() - self._tried_at >= self.pause:
            await asyncio.shield(self._fetch())
        if self._fetched_at < self._tried_at:
            raise Unavailable(self.pause, "Tokens can't be checked right now. Please try again.")

    def _fetch(self) -> asyncio.Task[None]:
        """One fetch at a time, whoever waits for it."""
        if self._fetching is None:
            self._fetching = asyncio.create_task(self._fetched())
            self._fetching.add_done_callback(self._forget)
        return self._fetching

    def _forget(self, _task: asyncio.Task[None]) -> None:
        self._fetching = None

    async def _fetched(self) -> None:
        self._tried_at = time.monotonic()
        try:
            self._keys = _read(await fetching.json_at(self._client, self.url, largest=_LARGEST_DOCUMENT))
        except (httpx.HTTPError, ValueError) as error:
            logger.warning("jwks_unavailable", url=self.url, reason=f"{type(error).__name__}: {error}")
        else:
            self._fetched_at = self._tried_at


def _read(document: Any) -> dict[str, Ed25519PublicKey]:
    """The Ed25519 signature keys of a JWKS by their ids; keys for anything else are passed over."""
    keys = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(keys, list):
        raise ValueError("not a JWKS")  # noqa: TRY004
    return {each["kid"]: _key(each) for each in keys if isinstance(each, dict) and _is_ours(each)}


def _is_ours(jwk: dict[str, Any]) -> bool:
    return (
        (jwk.get("kty"), jwk.get("crv")) == ("OKP", "Ed25519")
        and isinstance(jwk.get("kid"), str)
        and jwk.get("use", "sig") == "sig"
        and jwk.get("alg", "EdDSA") == "EdDSA"
    )


def _key(jwk: dict[str, Any]) -> Ed25519PublicKey:
    try:
        key = jwt.PyJWK(jwk, algorithm="EdDSA").key
    except jwt.PyJWTError as error:
        raise ValueError(str(error)) from error
    if not isinstance(key, Ed25519PublicKey):
        raise ValueError("a private key in a JWKS")  # noqa: TRY004
    return key
