"""Change a person's points as an administrator asks: granted or revoked, once a key."""

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.exc import IntegrityError
from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import clock
from chassis.database import violated

from ..idempotency import IdempotencyMismatch
from . import store
from .credit import credit_points
from .debit import debit_points
from .open import OpenAccount, open_account
from .rules import (
    Change,
    ensure_change,
    ensure_expiry,
    ensure_room,
    ensure_same,
    expiry_of,
    fingerprint_of,
)
from .tables import EntryKind, PointAccount


async def change_points(session: AsyncSession, change: Change, *, key: str, by: UUID, zone: ZoneInfo) -> PointAccount:
    """The account after it. Raise InvalidInput, NotEnoughPoints, or IdempotencyMismatch for another change's key."""
    ensure_change(change, key)
    opened = await open_account(session, change.user_id)
    done = await store.find_entry_by_key(session, by, key)
    if done:
        ensure_same(done, change)
    else:
        asked = {"created_by": by, "idempotency_key": key, "fingerprint": fingerprint_of(change)}
        await _change(session, opened, change, zone, asked)
    return opened.account


async def _change(
    session: AsyncSession, opened: OpenAccount, change: Change, zone: ZoneInfo, asked: dict[str, Any]
) -> None:
    points, description = change.points, change.description
    try:
        if change.kind is EntryKind.REVOKE:
            await debit_points(session, opened, points, description, **asked)
        else:
            now = clock.now()
            ensure_expiry(change, now)
            ensure_room(opened.account, points)
            until = change.expires_at or expiry_of(now, zone)
            await credit_points(session, opened, change.kind, points, description, expires_at=until, **asked)
    except IntegrityError as error:
        if violated(error) == "uq_point_entries_created_by_idempotency_key":
            # Taken at this moment, for another account: whoever changes this one would have waited.
            raise IdempotencyMismatch from error
        raise
