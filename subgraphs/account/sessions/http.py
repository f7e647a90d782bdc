"""What everybody needs to judge access tokens: the public keys (RFC 7517), and what was revoked."""

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from chassis.revocations import PolledRevocations, document_of

from .tokens import TokenSigner

router = APIRouter()


@router.get("/.well-known/jwks.json")
async def jwks(request: Request) -> JSONResponse:
    # Shorter than any rotation: a new key is published long before it signs.
    keys = request.app.state.resources[TokenSigner].jwks
    return JSONResponse(keys, headers={"Cache-Control": "public, max-age=300"})


@router.get("/internal/revocations")
async def revocations(request: Request) -> JSONResponse:
    """For the other subgraphs: the entrance leads nobody here."""
    listed = await request.app.state.resources[PolledRevocations].read()
    return JSONResponse(document_of(listed), headers={"Cache-Control": "no-store"})
