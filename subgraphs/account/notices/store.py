"""Every SQL statement about notices."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, delete, func, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from .tables import Notice, State


async def add_notice(session: AsyncSession, notice: Notice) -> None:
    """Once, however often it is asked for. Until it is sent, it is what was asked for last."""
    statement = insert(Notice).values(notice.model_dump())
    changed = {name: statement.excluded[name] for name in ("details", "due_at")}
    constraint = "uq_notices_kind_subject_id"
    untouched = (col(Notice.state) == State.WAITING) & (col(Notice.tries) == 0)
    await session.exec(statement.on_conflict_do_update(constraint=constraint, set_=changed, where=untouched))


async def is_any_due(session: AsyncSession, now: datetime) -> bool:
    due = select(Notice.id).where(Notice.state == State.WAITING, col(Notice.due_at) <= now).limit(1)
    return (await session.exec(due)).first() is not None


async def claim_due(session: AsyncSession, now: datetime, until: datetime, at_most: int) -> Sequence[Notice]:
    """Those due, which nobody else takes before `until`: the oldest first."""
    due = (
        select(Notice)
        .where(Notice.state == State.WAITING, col(Notice.due_at) <= now)
        .order_by(col(Notice.due_at))
        .limit(at_most)
        .with_for_update(skip_locked=True)
    )
    claimed = (await session.exec(due)).all()
    for notice in claimed:
        notice.due_at, notice.tries = until, notice.tries + 1
    return claimed


async def settle_notice(session: AsyncSession, notice_id: UUID, **changed: Any) -> None:
    await session.exec(update(Notice).where(col(Notice.id) == notice_id).values(**changed))


async def count_waiting(session: AsyncSession) -> int:
    return (await session.exec(select(func.count()).where(Notice.state == State.WAITING))).one()


async def forget_notices(session: AsyncSession, before: datetime) -> None:
    await session.exec(delete(Notice).where(col(Notice.settled_at) < before))
