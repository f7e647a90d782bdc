"""The simulator as one FastAPI application."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response

from stack.portone import api, control, window
from stack.portone.refusals import Refusal
from stack.portone.settings import Settings
from stack.portone.till import Till


def create_app(settings: Settings) -> FastAPI:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.till = till = Till(settings)
        app.state.keys_under_way = set[str]()
        till.start()
        yield
        await till.stop()

    app = FastAPI(title="PortOne simulator", lifespan=lifespan, openapi_url=None)
    app.include_router(api.router)
    app.include_router(window.router)
    app.include_router(control.router)

    @app.exception_handler(Refusal)
    async def refuse(_: Request, refused: Refusal) -> Response:
        return JSONResponse(refused.body, refused.status)

    @app.get("/healthz")
    async def healthz() -> dict[str, str]:
        return {"status": "ok"}

    return app
