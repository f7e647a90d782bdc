"""accommodation over HTTP."""

from fastapi import FastAPI

from chassis.service import create_service, serve

from .photos.http import photo_routes
from .resources import open_resources
from .schema import admin, public
from .settings import Settings


def create_app(settings: Settings) -> FastAPI:
    return create_service(
        settings,
        schemas={"/graphql": public, "/admin/graphql": admin},
        resources=open_resources,
        routers=[photo_routes()],
    )


def main() -> None:
    settings = Settings()
    serve(create_app(settings), settings)


if __name__ == "__main__":
    main()
