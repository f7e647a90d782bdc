"""Write a notice down: it is sent once the transaction it belongs to is committed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import clock
from chassis.ids import uuid7

from . import store
from .rules import reminder_due_at
from .tables import Kind, Notice


async def ask_to_verify(session: AsyncSession, user_id: UUID) -> None:
    await _write(session, Kind.VERIFY_EMAIL, uuid7(), user_id=user_id)


async def offer_reset(session: AsyncSession, email: str) -> None:
    """Whether anybody has that e-mail is found out when it is sent, where nobody can see how long it takes."""
    await _write(session, Kind.RESET_PASSWORD, uuid7(), details={"email": email})


async def tell_guest(session: AsyncSession, kind: Kind, booking_id: UUID) -> None:
    await _write(session, kind, booking_id, booking_id=booking_id)


async def tell_of_refund(session: AsyncSession, booking_id: UUID, refund_id: UUID, amount: str) -> None:
    await _write(session, Kind.REFUND_PAID, refund_id, booking_id=booking_id, details={"amount": amount})


async def remind_to_pay(session: AsyncSession, booking_id: UUID, payment_due_at: datetime) -> None:
    """Asked again while it waits, it waits for the later time."""
    due_at = reminder_due_at(clock.now(), payment_due_at)
    details = {"payment_due_at": payment_due_at.isoformat()}
    await _write(session, Kind.PAYMENT_REMINDER, booking_id, booking_id=booking_id, details=details, due_at=due_at)


async def _write(
    session: AsyncSession,
    kind: Kind,
    subject_id: UUID,
    *,
    user_id: UUID | None = None,
    booking_id: UUID | None = None,
    details: Mapping[str, Any] | None = None,
    due_at: datetime | None = None,
) -> None:
    now = clock.now()
    notice = Notice(
        kind=kind,
        subject_id=subject_id,
        user_id=user_id,
        booking_id=booking_id,
        details=dict(details or {}),
        created_at=now,
        due_at=due_at or now,
    )
    await store.add_notice(session, notice)
