"""account over HTTP."""

from fastapi import FastAPI

from chassis.service import create_service, serve

from .credentials import http as credentials
from .resources import open_api_resources
from .schema import admin, public
from .sessions import http as sessions
from .settings import Settings


def create_app(settings: Settings) -> FastAPI:
    schemas = {"/graphql": public, "/admin/graphql": admin}
    return create_service(
        settings, schemas=schemas, resources=open_api_resources, routers=[sessions.router, credentials.router]
    )


def main() -> None:
    settings = Settings()
    serve(create_app(settings), settings)


if __name__ == "__main__":
    main()
