"""Ask for an upload: a place to put the bytes of one photo, for a while."""

from sqlmodel.ext.asyncio.session import AsyncSession

from .rules import ensure_upload
from .tables import Photo


async def request_upload(session: AsyncSession, content_type: str, byte_length: int) -> Photo:
    """Raise InvalidInput for what is no photo by what is said of it."""
    ensure_upload(content_type, byte_length)
    photo = Photo(content_type=content_type, byte_length=byte_length)
    session.add(photo)
    return photo
