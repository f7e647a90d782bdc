"""Every SQL statement about refunds."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.errors import NotFound

from ..ledger.tables import Payment
from .tables import Refund, RefundStatus


async def refunds_of(session: AsyncSession, payment_id: UUID) -> Sequence[Refund]:
    """Oldest first. Whoever changes one holds the lock of its payment."""
    statement = select(Refund).where(Refund.payment_id == payment_id)
    return (await session.exec(statement.order_by(col(Refund.created_at), col(Refund.id)))).all()


async def refunds_by_payment(session: AsyncSession, payment_ids: Sequence[UUID]) -> dict[UUID, list[Refund]]:
    statement = select(Refund).where(col(Refund.payment_id).in_(payment_ids))
    found: dict[UUID, list[Refund]] = {}
    for refund in await session.exec(statement.order_by(col(Refund.created_at), col(Refund.id))):
        found.setdefault(refund.payment_id, []).append(refund)
    return found


async def find_refund(session: AsyncSession, refund_id: UUID) -> Refund | None:
    return (await session.exec(select(Refund).where(Refund.id == refund_id))).first()


async def get_refund(session: AsyncSession, refund_id: UUID) -> Refund:
    refund = await find_refund(session, refund_id)
    if refund is None:
        raise NotFound("There is no such refund.")
    return refund


async def lock_payment_of_refund(session: AsyncSession, refund_id: UUID) -> Payment | None:
    statement = select(Payment).join(Refund).where(Refund.id == refund_id).with_for_update(of=Payment)
    return (await session.exec(statement)).first()


async def refunds_with_payers(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, tuple[Refund, UUID]]:
    statement = select(Refund, Payment.payer_id).join(Payment).where(col(Refund.id).in_(ids))
    return {refund.id: (refund, payer_id) for refund, payer_id in await session.exec(statement)}


async def count_open(session: AsyncSession) -> tuple[dict[RefundStatus, int], int]:
    """How many are owed in each status, and how many of those that failed nobody tries again."""
    given_up = func.count().filter(col(Refund.status) == RefundStatus.FAILED, col(Refund.try_at).is_(None))
    statement = select(Refund.status, func.count(), given_up).where(col(Refund.settled_at).is_(None))
    rows = (await session.exec(statement.group_by(col(Refund.status)))).all()
    return {RefundStatus(status): count for status, count, _ in rows}, sum(row[2] for row in rows)
