"""The public keys with which everybody verifies access tokens (RFC 7517)."""

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from .tokens import TokenSigner

router = APIRouter()


@router.get("/.well-known/jwks.json")
async def jwks(request: Request) -> JSONResponse:
    # Shorter than any rotation: a new key is published long before it signs.
    keys = request.app.state.resources[TokenSigner].jwks
    return JSONResponse(keys, headers={"Cache-Control": "public, max-age=300"})
