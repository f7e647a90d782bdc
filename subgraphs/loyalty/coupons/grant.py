"""Give one person a coupon, by hand and for a reason: once, however often it is sent."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import clock

from . import store
from .rules import Grant, OwnedCoupon, ensure_grant, ensure_grantable, ensure_same_grant
from .tables import UserCoupon


async def grant_coupon(session: AsyncSession, grant: Grant, by: UUID) -> OwnedCoupon:
    """Raise InvalidInput, NotFound, and IdempotencyMismatch where this person's key stands for another grant."""
    ensure_grant(grant)
    while True:
        granted = await store.find_granted_coupon(session, by, grant.key)
        if granted is not None:
            ensure_same_grant(granted.user_coupon, grant)
            return granted
        coupon = await store.lock_coupon(session, grant.coupon_id)
        ensure_grantable(coupon, clock.now())
        user_coupon = _user_coupon(grant, by)
        if await store.insert_granted_coupon(session, user_coupon):
            return OwnedCoupon(user_coupon, coupon, None)
        # Granted with the same key in this moment: it is found now.


def _user_coupon(grant: Grant, by: UUID) -> UserCoupon:
    return UserCoupon(
        user_id=grant.user_id,
        coupon_id=grant.coupon_id,
        issued_at=clock.now(),
        granted_by=by,
        grant_key=grant.key,
        grant_reason=grant.reason,
    )
