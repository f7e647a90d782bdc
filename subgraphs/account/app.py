"""account over HTTP."""

from datetime import timedelta

from fastapi import FastAPI

from chassis.cache import Cache
from chassis.database import Database
from chassis.resources import Resources
from chassis.service import create_service, serve

from .database import Outbox
from .people.passwords import Passwords
from .schema import public
from .sessions.http import routes
from .sessions.tokens import SigningKey, TokenSigner
from .settings import Settings


def create_app(settings: Settings) -> FastAPI:
    signer = TokenSigner(
        [SigningKey.read(file) for file in settings.signing_key_files],
        issuer=settings.token_issuer,
        audience=settings.token_audience,
        lifetime=timedelta(seconds=settings.access_token_seconds),
    )

    async def resources(settings: Settings) -> Resources:
        opened = Resources()
        opened.add(Settings, settings)
        opened.add(Database, Database.connect(settings, outbox=Outbox))
        opened.add(Cache, Cache.connect(settings.redis_url.get_secret_value()))
        opened.add(Passwords, Passwords(settings.password_hash_workers))
        opened.add(TokenSigner, signer)
        return opened

    return create_service(settings, schemas={"/graphql": public}, resources=resources, routers=[routes(signer)])


def main() -> None:
    settings = Settings()
    serve(create_app(settings), settings)


if __name__ == "__main__":
    main()
