"""Take a person's coupon away: no booking gets it any more. One that holds it keeps it until it lets go."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import clock
from chassis.errors import NotFound
from chassis.outbox import publish

from ..events import CouponRevoked
from . import store
from .rules import OwnedCoupon, ensure_reason, ensure_revocable


async def revoke_user_coupon(session: AsyncSession, user_coupon_id: UUID, reason: str, by: UUID) -> OwnedCoupon:
    """What was revoked before is answered as it was. The booking that holds it is told.

    Raise InvalidInput, NotFound, or AlreadyUsed.
    """
    ensure_reason(reason)
    owned = await store.lock_owned_coupon(session, user_coupon_id)
    if owned is None:
        raise NotFound("There is no such user coupon.")
    theirs = owned.user_coupon
    if theirs.revoked_at is None:
        ensure_revocable(owned)
        now = clock.now()
        theirs.revoked_at, theirs.revoked_by, theirs.revoked_reason = now, by, reason
        if owned.hold is not None:
            said = CouponRevoked(booking_id=owned.hold.booking_id, user_coupon_id=user_coupon_id, revoked_at=now)
            publish(session, said)
    return owned
