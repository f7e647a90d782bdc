"""Bytes of photos over plain HTTP: uploads to the local folder, and photos from wherever they are."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Request
from fastapi.responses import RedirectResponse, Response

from chassis.errors import Forbidden, InvalidInput, NotFound

from .rules import EXTENSIONS, LARGEST, upload_key
from .storage import Storage

_TYPES = {extension: type_ for type_, extension in EXTENSIONS.items()}
_FileName = Annotated[str, Path(pattern=r"^(small|medium|large|original)\.(jpg|png|webp)$")]


def photo_routes() -> APIRouter:
    router = APIRouter()

    @router.put("/uploads/{photo_id}")
    async def upload(photo_id: UUID, request: Request) -> Response:
        storage, given = _storage(request), dict(request.query_params)
        is_signed = await storage.is_signed(photo_id, given)
        body = await _body(request, int(given["length"]) if is_signed else 0)
        if not is_signed:
            raise Forbidden("This address was not given out, or it is over.")
        if request.headers.get("content-type") != given["type"]:
            raise InvalidInput("The bytes are of another type than was said.")
        if body is None:
            raise InvalidInput("The bytes are not as many as was said.")
        await storage.write(upload_key(photo_id), body)
        return Response(status_code=204)

    @router.get("/photos/{photo_id}/{name}")
    async def photo(photo_id: UUID, name: _FileName, request: Request) -> Response:
        storage, key = _storage(request), f"photos/{photo_id}/{name}"
        elsewhere = await storage.read_url(key)
        if elsewhere:
            return RedirectResponse(elsewhere, 307, {"cache-control": "public, max-age=300"})
        data = await storage.read(key, 8 * LARGEST)
        if data is None:
            raise NotFound("There is no such photo.")
        headers = {"cache-control": "public, max-age=86400", "x-content-type-options": "nosniff"}
        return Response(data, media_type=_TYPES[name.rsplit(".", 1)[1]], headers=headers)

    return router


async def _body(request: Request, length: int) -> bytes | None:
    """That many bytes, and None where they are more or fewer.

    What is too much is not kept, yet let come up to the size of the largest photo: whoever is answered while still
    sending finds a broken connection, which a proxy takes for a server that is away.
    """
    body, came = bytearray(), 0
    async for part in request.stream():
        came += len(part)
        if came <= length:
            body += part
        if came > LARGEST:
            break
    return bytes(body) if came == length else None


def _storage(request: Request) -> Storage:
    storage: Storage = request.app.state.resources[Storage]
    return storage
