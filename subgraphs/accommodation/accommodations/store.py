"""Every SQL statement about accommodations."""

from collections.abc import Collection, Sequence
from enum import Enum
from uuid import UUID

import sqlalchemy
from sqlalchemy import or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.errors import NotFound
from chassis.pagination import Order, Page, page

from .rules import Reach
from .tables import Accommodation, AccommodationStatus


class AccommodationOrder(Enum):
    """The orders of the back office."""

    CREATED_AT_DESC = (
        Order(col(Accommodation.created_at), descending=True),
        Order(col(Accommodation.id), descending=True),
    )
    CREATED_AT_ASC = (Order(col(Accommodation.created_at)), Order(col(Accommodation.id)))
    NAME_ASC = (Order(col(Accommodation.name)), Order(col(Accommodation.id)))


async def known_accommodations(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, Accommodation]:
    """Those that were ever shown, by id. Withdrawn and deleted ones are among them: something older points at them."""
    return {
        place.id: place
        for place in (await all_accommodations(session, ids)).values()
        if place.status != AccommodationStatus.DRAFT
    }


async def all_accommodations(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, Accommodation]:
    """Drafts and deleted ones are among them: who may see them is for whoever asks."""
    rows = await session.exec(
        select(Accommodation).where(col(Accommodation.id).in_(ids)).execution_options(include_deleted=True)
    )
    return {row.id: row for row in rows}


async def lock_accommodation(session: AsyncSession, accommodation_id: UUID, reach: Reach) -> Accommodation:
    """The place, which no other host's or administrator's change touches until the transaction ends.

    Raise NotFound for what is deleted or out of reach. Whoever changes a place, its rooms or its nights for its host
    locks it first; what bookings do locks it never.
    """
    found = select(Accommodation).where(Accommodation.id == accommodation_id).with_for_update(key_share=True)
    place = (await session.exec(found)).first()
    if place is None or not reach.includes(place.host_id):
        raise NotFound("There is no such accommodation.")
    return place


async def lock_published_of(session: AsyncSession, host_id: UUID) -> Sequence[Accommodation]:
    found = select(Accommodation).where(
        Accommodation.host_id == host_id, Accommodation.status == AccommodationStatus.PUBLISHED
    )
    return (await session.exec(found.order_by(col(Accommodation.id)).with_for_update(key_share=True))).all()


async def page_of_accommodations(
    session: AsyncSession,
    reach: Reach,
    *,
    text: str | None,
    host_id: UUID | None,
    statuses: Sequence[AccommodationStatus] | None,
    deleted: bool,
    order: AccommodationOrder,
    first: int,
    after: str | None,
    count: bool,
) -> Page[Accommodation]:
    statement = sqlalchemy.select(Accommodation)
    if not reach.everybody:
        statement = statement.where(col(Accommodation.host_id) == reach.host_id)
    if host_id is not None:
        statement = statement.where(col(Accommodation.host_id) == host_id)
    if text:
        said = (Accommodation.name, Accommodation.region, Accommodation.address_line)
        statement = statement.where(or_(*(col(each).icontains(text, autoescape=True) for each in said)))
    if statuses is not None:
        statement = statement.where(col(Accommodation.status).in_(statuses))
    if deleted:
        statement = statement.where(col(Accommodation.deleted_at).is_not(None)).execution_options(include_deleted=True)
    return await page(session, statement, order=order.value, first=first, after=after, count=count)
