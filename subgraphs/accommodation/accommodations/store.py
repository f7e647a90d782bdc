"""Every SQL statement about accommodations."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from .tables import Accommodation, AccommodationStatus


async def known_accommodations(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, Accommodation]:
    """Those that were ever shown, by id. Withdrawn and deleted ones are among them: something older points at them."""
    rows = await session.exec(
        select(Accommodation)
        .where(col(Accommodation.id).in_(ids), col(Accommodation.status) != AccommodationStatus.DRAFT)
        .execution_options(include_deleted=True)
    )
    return {row.id: row for row in rows}
