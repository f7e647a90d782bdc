"""What account opens once and shares, in its API and in its worker alike."""

from datetime import timedelta

from chassis.cache import Cache
from chassis.database import Database
from chassis.resources import Resources

from .database import Outbox
from .people.passwords import Passwords
from .sessions.tokens import SigningKey, TokenSigner
from .settings import Settings


async def open_resources(settings: Settings) -> Resources:
    opened = Resources()
    opened.add(Settings, settings)
    opened.add(Database, Database.connect(settings, outbox=Outbox))
    opened.add(Cache, Cache.connect(settings.redis_url.get_secret_value()))
    opened.add(Passwords, Passwords(settings.password_hash_workers))
    opened.add(TokenSigner, _signer(settings))
    return opened


def _signer(settings: Settings) -> TokenSigner:
    return TokenSigner(
        [SigningKey.read(file) for file in settings.signing_key_files],
        issuer=settings.token_issuer,
        audience=settings.token_audience,
        lifetime=timedelta(seconds=settings.access_token_seconds),
    )
