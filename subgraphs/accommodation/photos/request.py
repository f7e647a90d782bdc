"""Ask for an upload: a place to put the bytes of one photo, for a while."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from . import store
from .rules import ensure_few_unused, ensure_upload
from .tables import Photo


async def request_upload(session: AsyncSession, content_type: str, byte_length: int, *, by: UUID) -> Photo:
    """Raise InvalidInput for what is no photo by what is said of it, or RateLimited."""
    ensure_upload(content_type, byte_length)
    ensure_few_unused(await store.count_unused(session, by))
    photo = Photo(content_type=content_type, byte_length=byte_length)
    session.add(photo)
    return photo
