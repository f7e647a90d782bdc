"""Where the bytes are: a local folder, or a bucket that speaks S3. Uploads go there by signed addresses."""

import asyncio
import hashlib
import hmac
import os
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, TypeVar
from urllib.parse import urlencode
from uuid import UUID

import obstore
import structlog
from obstore.exceptions import BaseError, NotFoundError
from obstore.store import LocalStore, S3Store
from pydantic import SecretStr

from chassis import clock
from chassis.errors import Unavailable

from ..settings import Settings
from .rules import upload_key
from .signing import narrowed

Result = TypeVar("Result")

AT_ONCE = 2
"""Pictures a process decodes at the same time: one may take 200 MB."""
RETRIES: Any = {"max_retries": 2, "retry_timeout": timedelta(seconds=30)}
READABLE_FOR = timedelta(minutes=10)

logger = structlog.get_logger(__name__)


class Storage:
    def __init__(self, settings: Settings) -> None:
        """Nothing is opened, made or asked before it is used."""
        self._settings = settings
        self._at_once = asyncio.Semaphore(AT_ONCE)

    @cached_property
    def _bucket(self) -> S3Store | None:
        settings = self._settings
        if settings.photo_s3_bucket is None:
            return None
        given = {
            "region": settings.photo_s3_region,
            "endpoint": settings.photo_s3_endpoint,
            "access_key_id": _told(settings.photo_s3_access_key),
            "secret_access_key": _told(settings.photo_s3_secret_key),
        }
        known = {name: value for name, value in given.items() if value is not None}
        options = {"timeout": "20s", "connect_timeout": "5s", "allow_http": settings.environment == "local"}
        return S3Store(settings.photo_s3_bucket, client_options=options, retry_config=RETRIES, **known)  # type: ignore[arg-type]

    @cached_property
    def _store(self) -> S3Store | LocalStore:
        return self._bucket or LocalStore(self._settings.photo_folder.absolute(), mkdir=True)

    async def upload_url(self, photo_id: UUID, content_type: str, byte_length: int, expires_at: datetime) -> str:
        """Where the bytes may be put until then, by whoever has the address."""
        if self._bucket:
            address = await _signed(self._bucket, "PUT", upload_key(photo_id), expires_at - clock.now())
            secret = _told(self._settings.photo_s3_secret_key)
            # A machine's role keeps its secret to itself.
            said = {"content-type": content_type, "content-length": str(byte_length)}
            return narrowed(address, secret, said) if secret else address
        given = {"type": content_type, "length": str(byte_length), "expires": str(int(expires_at.timestamp()))}
        given["signature"] = await asyncio.to_thread(self._signature, photo_id, given)
        return f"{self._settings.public_url}/uploads/{photo_id}?{urlencode(given)}"

    async def is_signed(self, photo_id: UUID, given: dict[str, str]) -> bool:
        """Whether an address of the local folder was given out by us, and still counts."""
        if self._bucket:
            return False
        expected = await asyncio.to_thread(self._signature, photo_id, given)
        if not hmac.compare_digest(expected.encode(), given.get("signature", "").encode()):
            return False
        # Read once it is known to be of our own writing.
        return int(given["expires"]) >= clock.now().timestamp()

    async def read_url(self, key: str) -> str | None:
        """Where a bucket shows it for a while; None for the local folder, which the service reads itself."""
        return await _signed(self._bucket, "GET", key, READABLE_FOR) if self._bucket else None

    async def read(self, key: str, most: int) -> bytes | None:
        """None where there is nothing, or more than that."""
        try:
            with _away_is_said():
                if (await obstore.head_async(self._store, key))["size"] > most:
                    return None
                return bytes(await (await obstore.get_async(self._store, key)).bytes_async())
        except (NotFoundError, FileNotFoundError):
            return None

    async def write(self, key: str, data: bytes) -> None:
        with _away_is_said():
            await obstore.put_async(self._store, key, data)

    async def delete(self, keys: Sequence[str]) -> None:
        """What is not there is no matter."""
        if self._bucket:
            with _away_is_said():
                await obstore.delete_async(self._bucket, list(keys))
            return
        for key in keys:
            try:
                await obstore.delete_async(self._store, key)
            except (NotFoundError, FileNotFoundError):
                continue

    async def delete_put_before(self, prefix: str, at: datetime) -> int:
        """What has lain there since before then; how many those were."""
        with _away_is_said():
            found = await obstore.list(self._store, prefix).collect_async()
        old = [each["path"] for each in found if each["last_modified"] < at]
        await self.delete(old)
        return len(old)

    async def working(self, function: Callable[..., Result], *arguments: object) -> Result:
        """Have a picture worked on in a thread, when it is its turn."""
        async with self._at_once:
            return await asyncio.to_thread(function, *arguments)

    def _signature(self, photo_id: UUID, given: dict[str, str]) -> str:
        said = ":".join([str(photo_id), given.get("type", ""), given.get("length", ""), given.get("expires", "")])
        return hmac.new(self._key, said.encode(), hashlib.sha256).hexdigest()

    @cached_property
    def _key(self) -> bytes:
        """Of the folder: all processes that share the one share the other. Made by whoever needs it first."""
        return shared_key(self._settings.photo_folder)


async def _signed(bucket: S3Store, method: Literal["GET", "PUT"], key: str, good_for: timedelta) -> str:
    """Of a machine's role the keys are asked for first, which may fail."""
    with _away_is_said():
        return await obstore.sign_async(bucket, method, key, good_for)


@contextmanager
def _away_is_said() -> Iterator[None]:
    """A bucket that does not answer is to be asked again; what is not there is something else."""
    try:
        yield
    except (NotFoundError, FileNotFoundError):
        raise
    except BaseError as error:
        logger.error("photo_storage_refuses", kind=type(error).__name__, reason=str(error)[:300])  # noqa: TRY400
        raise Unavailable(5) from error


def shared_key(folder: Path) -> bytes:
    file = folder / ".signing-key"
    if not file.exists():
        folder.mkdir(parents=True, exist_ok=True)
        own = folder / f".signing-key.{secrets.token_hex(8)}"
        own.touch(mode=0o600)
        own.write_bytes(secrets.token_bytes(32))
        try:
            os.link(own, file)  # whole or not at all, and never over another's
        except FileExistsError:
            pass
        finally:
            own.unlink()
    return file.read_bytes()


def _told(secret: SecretStr | None) -> str | None:
    return None if secret is None else secret.get_secret_value()
