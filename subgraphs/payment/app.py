"""payment over HTTP."""

from fastapi import FastAPI

from chassis.service import create_service, serve

from .checkout.http import checkout_routes
from .resources import open_resources
from .schema import admin, public
from .settings import Settings
from .webhooks.http import webhook_routes


def create_app(settings: Settings) -> FastAPI:
    return create_service(
        settings,
        schemas={"/graphql": public, "/admin/graphql": admin},
        resources=open_resources,
        routers=[webhook_routes(settings), checkout_routes(settings)],
    )


def main() -> None:
    settings = Settings()
    serve(create_app(settings), settings)


if __name__ == "__main__":
    main()
