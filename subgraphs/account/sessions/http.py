"""The public keys with which everybody verifies access tokens (RFC 7517)."""

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from .tokens import TokenSigner


def routes(signer: TokenSigner) -> APIRouter:
    router = APIRouter()

    @router.get("/.well-known/jwks.json")
    async def jwks() -> JSONResponse:
        # Shorter than any rotation: a new key is published long before it signs.
        return JSONResponse(signer.jwks, headers={"Cache-Control": "public, max-age=300"})

    return router
