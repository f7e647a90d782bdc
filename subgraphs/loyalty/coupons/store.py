"""Every SQL statement about coupons, the people who own them, and the bookings that hold them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Final
from uuid import UUID

import sqlalchemy
from sqlalchemy import ColumnElement, Select, and_, case, false, func, or_
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.bulk import insert_all, is_among
from chassis.database import table_of
from chassis.errors import NotFound
from chassis.money import minor_units
from chassis.nested_pages import pages_by_owner
from chassis.pagination import Order, Page, page

from ..database import AMOUNT
from .rules import OwnedCoupon, UserCouponStatus
from .tables import BenefitHold, Coupon, CouponKind, HoldState, UserCoupon

MOST_QUOTES: Final = 100
PAST: Final = (UserCouponStatus.USED, UserCouponStatus.REVOKED, UserCouponStatus.EXPIRED)


class CouponOrder(Enum):
    CREATED_AT_DESC = (Order(col(Coupon.created_at), descending=True), Order(col(Coupon.id), descending=True))
    CREATED_AT_ASC = (Order(col(Coupon.created_at)), Order(col(Coupon.id)))
    NAME_ASC = (Order(col(Coupon.name)), Order(col(Coupon.id)))


class UserCouponOrder(Enum):
    ISSUED_AT_DESC = (Order(col(UserCoupon.issued_at), descending=True), Order(col(UserCoupon.id), descending=True))
    USABLE_UNTIL_ASC = (Order(col(Coupon.usable_until)), Order(col(UserCoupon.id)))


@dataclass(frozen=True, slots=True)
class CouponsWish:
    """Which page of somebody's coupons is wanted."""

    statuses: tuple[UserCouponStatus, ...] | None
    order: UserCouponOrder
    first: int
    after: str | None
    count: bool


async def find_coupon(session: AsyncSession, coupon_id: UUID) -> Coupon | None:
    return (await session.exec(select(Coupon).where(Coupon.id == coupon_id))).first()


async def lock_coupon(session: AsyncSession, coupon_id: UUID) -> Coupon:
    """The coupon, which nobody else changes until the transaction ends. Raise NotFound."""
    # A lock that lets others point at the row: people go on getting the coupon while somebody looks at it.
    found = select(Coupon).where(Coupon.id == coupon_id).with_for_update(key_share=True)
    coupon = (await session.exec(found)).first()
    if coupon is None:
        raise NotFound("There is no such coupon.")
    return coupon


async def coupons_by_id(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, Coupon]:
    """Deleted ones are among them: events and people still have them."""
    rows = await session.exec(
        select(Coupon).where(is_among(col(Coupon.id), ids)).execution_options(include_deleted=True)
    )
    return {coupon.id: coupon for coupon in rows}


async def page_of_coupons(
    session: AsyncSession,
    *,
    text: str | None = None,
    kinds: Sequence[CouponKind] | None = None,
    deleted: bool | None = None,
    order: CouponOrder,
    first: int,
    after: str | None,
    count: bool,
) -> Page[Coupon]:
    """`deleted` is which of the two, or None for those that are not, as everywhere."""
    statement = sqlalchemy.select(Coupon)
    for word in (text or "").split():
        statement = statement.where(col(Coupon.name).icontains(word, autoescape=True))
    if kinds is not None:
        statement = statement.where(col(Coupon.kind).in_(kinds))
    if deleted:
        statement = statement.where(col(Coupon.deleted_at).is_not(None)).execution_options(include_deleted=True)
    return await page(session, statement, order=order.value, first=first, after=after, count=count)


async def issued_by_coupon(session: AsyncSession, coupon_ids: Sequence[UUID]) -> dict[UUID, tuple[int, int]]:
    """How many people own each coupon, and how many of them used it."""
    used = func.count(col(BenefitHold.booking_id)).filter(col(BenefitHold.state) != HoldState.HELD)
    rows = await session.exec(
        select(col(UserCoupon.coupon_id), func.count(), used)
        .select_from(UserCoupon)
        .outerjoin(BenefitHold, _has_it())
        .where(col(UserCoupon.coupon_id).in_(coupon_ids))
        .group_by(col(UserCoupon.coupon_id))
    )
    return {coupon_id: (issued, used) for coupon_id, issued, used in rows}


async def insert_user_coupons(session: AsyncSession, user_coupons: Sequence[UserCoupon]) -> None:
    await session.exec(insert_all(table_of(UserCoupon), [each.model_dump() for each in user_coupons]))


async def find_granted_coupon(session: AsyncSession, by: UUID, key: str) -> OwnedCoupon | None:
    granted = _owned().where(col(UserCoupon.granted_by) == by, col(UserCoupon.grant_key) == key)
    row = (await session.execute(granted)).first()
    return OwnedCoupon(*row) if row else None


async def insert_granted_coupon(session: AsyncSession, user_coupon: UserCoupon) -> bool:
    """False where another one was granted with this key in the same moment."""
    added = insert(UserCoupon).values(user_coupon.model_dump()).on_conflict_do_nothing().returning(col(UserCoupon.id))
    return (await session.exec(added)).first() is not None


async def owned_coupons_by_id(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, OwnedCoupon]:
    rows = await session.execute(_owned().where(is_among(col(UserCoupon.id), ids)))
    return {row[0].id: OwnedCoupon(*row) for row in rows}


async def lock_owned_coupon(session: AsyncSession, user_coupon_id: UUID) -> OwnedCoupon | None:
    """The person's coupon, which no other booking gets hold of until the transaction ends."""
    # Two statements: one that waits for the lock would still see the holds from before it waited.
    await session.exec(select(UserCoupon.id).where(UserCoupon.id == user_coupon_id).with_for_update())
    return (await owned_coupons_by_id(session, [user_coupon_id])).get(user_coupon_id)


async def usable_until(session: AsyncSession, user_coupon_id: UUID) -> datetime:
    """Also of a coupon that was deleted since: whoever has it may use it."""
    statement = select(Coupon.usable_until).join(UserCoupon, col(UserCoupon.coupon_id) == Coupon.id)
    statement = statement.where(UserCoupon.id == user_coupon_id).execution_options(include_deleted=True)
    return (await session.exec(statement)).one()


async def pages_of_owned_coupons(
    session: AsyncSession, user_ids: Sequence[UUID], wish: CouponsWish, at: datetime
) -> dict[UUID, Page[OwnedCoupon]]:
    """Of each person the page that is wanted."""
    statement = _owned()
    if wish.statuses is not None:
        statement = statement.where(or_(false(), *(_is(status, at) for status in wish.statuses)))
    found = await pages_by_owner(
        session,
        statement,
        col(UserCoupon.user_id),
        user_ids,
        order=wish.order.value,
        first=wish.first,
        after=wish.after,
        count=wish.count,
    )
    return {user_id: replace(page, rows=[OwnedCoupon(*row) for row in page.rows]) for user_id, page in found.items()}


async def coupons_to_quote(
    session: AsyncSession, user_id: UUID, amount: Decimal, currency: str, at: datetime
) -> list[OwnedCoupon]:
    """For an order of that amount: usable ones, the largest discount first; then what may yet be, then what is past.

    `rules.refusal_for` and `rules.discount_for`, said in SQL: a person may own more than are ever shown.
    """
    usable, past = _is_usable(amount, at), or_(*(_is(status, at) for status in PAST))
    order = (usable.desc(), past.asc(), case((usable, _discount(amount, currency)), else_=0).desc())
    statement = _owned().where(col(UserCoupon.user_id) == user_id)
    rows = await session.execute(
        statement.order_by(*order, col(Coupon.usable_until), col(UserCoupon.id)).limit(MOST_QUOTES)
    )
    return [OwnedCoupon(*row) for row in rows]


async def lock_hold(session: AsyncSession, booking_id: UUID, at: datetime) -> BenefitHold:
    """What the booking holds, which nobody else changes until the transaction ends; just ASKED where nothing is known.

    Made where there is none, so that there is always a row to wait for: two that ask first at once are one by one.
    """
    made = insert(BenefitHold).values(booking_id=booking_id, state=HoldState.ASKED, created_at=at, updated_at=at)
    await session.exec(made.on_conflict_do_nothing())
    found = select(BenefitHold).where(BenefitHold.booking_id == booking_id).with_for_update()
    return (await session.exec(found)).one()


async def lock_holds_due_before(session: AsyncSession, instant: datetime, limit: int) -> Sequence[BenefitHold]:
    """Oldest first, without those that somebody else is busy with."""
    due = select(BenefitHold).where(BenefitHold.state == HoldState.HELD, col(BenefitHold.due_at) < instant)
    rows = await session.exec(due.order_by(col(BenefitHold.due_at)).limit(limit).with_for_update(skip_locked=True))
    return rows.all()


def _has_it() -> ColumnElement[bool]:
    return and_(col(BenefitHold.user_coupon_id) == col(UserCoupon.id), col(BenefitHold.has_coupon))


def _owned() -> Select[UserCoupon, Coupon, BenefitHold]:
    """Deleted coupons are among them: what was issued stays usable."""
    return (
        sqlalchemy.select(UserCoupon, Coupon, BenefitHold)
        .join(Coupon, col(Coupon.id) == col(UserCoupon.coupon_id))
        .outerjoin(BenefitHold, _has_it())
        .execution_options(include_deleted=True)
    )


def _is_usable(amount: Decimal, at: datetime) -> ColumnElement[bool]:
    return and_(
        _is(UserCouponStatus.AVAILABLE, at),
        col(Coupon.usable_from) <= at,
        func.coalesce(col(Coupon.minimum_order), amount) <= amount,
        func.coalesce(col(Coupon.maximum_order), amount) >= amount,
    )


def _discount(amount: Decimal, currency: str) -> ColumnElement[Decimal]:
    # A null is the least of nothing: neither a missing cap nor the part the other kind has.
    off = func.least(col(Coupon.percent) * amount / 100, col(Coupon.amount), col(Coupon.cap), amount)
    return func.trunc(off, minor_units(currency), type_=AMOUNT)


def _is(status: UserCouponStatus, at: datetime) -> ColumnElement[bool]:
    """`rules.status_of`, said in SQL."""
    free, revoked = col(BenefitHold.booking_id).is_(None), col(UserCoupon.revoked_at).is_not(None)
    over = col(Coupon.usable_until) <= at
    match status:
        case UserCouponStatus.HELD:
            return col(BenefitHold.state) == HoldState.HELD
        case UserCouponStatus.USED:
            return and_(~free, col(BenefitHold.state) != HoldState.HELD)
        case UserCouponStatus.REVOKED:
            return and_(free, revoked)
        case UserCouponStatus.EXPIRED:
            return and_(free, ~revoked, over)
        case UserCouponStatus.AVAILABLE:
            return and_(free, ~revoked, ~over)
