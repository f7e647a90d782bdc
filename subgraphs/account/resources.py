"""What account opens once and shares, in its API and in its worker."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from chassis.cache import Cache
from chassis.database import Database
from chassis.resources import Resources
from chassis.revocations import PolledRevocations, Read

from .database import Outbox
from .notices.mailer import Mailer
from .people.passwords import Passwords
from .people.revoke import recent_revocations
from .sessions.attempts import Attempts
from .sessions.keys import KeyFiles
from .sessions.tokens import SigningKey, TokenSigner
from .settings import Settings

# Clocks differ, and a list is looked at for a while: what was revoked is listed a little longer than any token lives.
_MARGIN_SECONDS = 5 * 60


async def open_resources(settings: Settings) -> Resources:
    opened = Resources()
    opened.add(Settings, settings)
    opened.add(Database, Database.connect(settings, outbox=Outbox))
    opened.add(Cache, Cache.connect(settings.redis_url.get_secret_value()))
    opened.add(Attempts, Attempts(opened[Cache], settings))
    opened.add(Passwords, Passwords(settings.password_hash_workers))
    opened.add(TokenSigner, _signer(settings))
    return opened


async def open_api_resources(settings: Settings) -> Resources:
    """What was revoked is read where tokens are checked: a worker reads it never, and would never be ready."""
    opened = await open_resources(settings)
    opened.add(PolledRevocations, PolledRevocations(_revocations(opened[Database], settings)))
    return opened


async def open_worker_resources(settings: Settings) -> Resources:
    """Mail is sent by workers alone. Its server is not asked whether it is ready: mails can wait."""
    opened = await open_resources(settings)
    opened.add(Mailer, Mailer(settings.smtp_url.get_secret_value(), settings.mail_from))
    return opened


def _revocations(database: Database, settings: Settings) -> Read:
    longest_token = timedelta(seconds=settings.access_token_seconds + _MARGIN_SECONDS)

    async def read() -> Mapping[UUID, datetime]:
        async with database.reading() as session:
            return await recent_revocations(session, longest_token)

    return read


def _signer(settings: Settings) -> TokenSigner:
    files = KeyFiles(settings.signing_key_files)
    return TokenSigner(
        [SigningKey(key) for key in files.read()],
        issuer=settings.token_issuer,
        audience=settings.token_audience,
        lifetime=timedelta(seconds=settings.access_token_seconds),
        files=files,
    )
