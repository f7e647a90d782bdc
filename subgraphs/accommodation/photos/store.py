"""Every SQL statement about photos."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from .tables import Photo


async def photos_by_id(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, Photo]:
    rows = await session.exec(select(Photo).where(col(Photo.id).in_(ids)))
    return {photo.id: photo for photo in rows}


async def lock_photos(session: AsyncSession, ids: Collection[UUID], owner_id: UUID) -> dict[UUID, Photo]:
    """Those, and those of the owner."""
    wanted = select(Photo).where(col(Photo.id).in_(ids) | (col(Photo.owner_id) == owner_id))
    rows = await session.exec(wanted.order_by(col(Photo.id)).with_for_update())
    return {photo.id: photo for photo in rows}


async def lock_photos_of(session: AsyncSession, owner_ids: Collection[UUID]) -> Sequence[Photo]:
    rows = await session.exec(
        select(Photo).where(col(Photo.owner_id).in_(owner_ids)).order_by(col(Photo.id)).with_for_update()
    )
    return rows.all()


async def photos_of(session: AsyncSession, owner_ids: Collection[UUID]) -> dict[UUID, list[Photo]]:
    rows = await session.exec(
        select(Photo).where(col(Photo.owner_id).in_(owner_ids)).order_by(col(Photo.owner_id), col(Photo.position))
    )
    found: dict[UUID, list[Photo]] = {}
    for photo in rows:
        if photo.owner_id is not None:
            found.setdefault(photo.owner_id, []).append(photo)
    return found


async def mark(session: AsyncSession, photo_id: UUID, **values: datetime) -> bool:
    """What machines write leaves `updated_at` alone. False where it was deleted meanwhile."""
    this = (col(Photo.id) == photo_id, col(Photo.deleted_at).is_(None))
    return await _mark(session, this, values) > 0


async def mark_files_removed(session: AsyncSession, photo_id: UUID, at: datetime) -> None:
    await _mark(session, (col(Photo.id) == photo_id,), {"files_removed_at": at})


async def _mark(session: AsyncSession, this: tuple[Any, ...], values: dict[str, datetime]) -> int:
    statement = update(Photo).where(*this).values(**values, updated_at=col(Photo.updated_at))
    return (await session.exec(statement.execution_options(synchronize_session=False))).rowcount


async def photos_to_shrink(session: AsyncSession, limit: int) -> Sequence[Photo]:
    """The latest first: those that can't be made smaller hold up none that come after them."""
    waiting = select(Photo).where(col(Photo.checked_at).is_not(None), col(Photo.shrunk_at).is_(None))
    return (await session.exec(waiting.order_by(col(Photo.checked_at).desc()).limit(limit))).all()


async def lock_unused(session: AsyncSession, before: datetime, limit: int) -> Sequence[Photo]:
    """Uploads asked for before then that nothing shows; what somebody is about to show is left to them."""
    unused = select(Photo).where(col(Photo.owner_id).is_(None), col(Photo.created_at) < before)
    rows = await session.exec(unused.order_by(col(Photo.created_at)).limit(limit).with_for_update(skip_locked=True))
    return rows.all()


async def count_unused(session: AsyncSession, by: UUID) -> int:
    unused = select(func.count()).select_from(Photo).where(col(Photo.owner_id).is_(None), Photo.created_by == by)
    return (await session.exec(unused)).one()


async def photos_to_remove(session: AsyncSession, limit: int) -> Sequence[Photo]:
    gone = select(Photo).where(col(Photo.deleted_at).is_not(None), col(Photo.files_removed_at).is_(None))
    rows = await session.exec(gone.order_by(col(Photo.deleted_at)).limit(limit).execution_options(include_deleted=True))
    return rows.all()
