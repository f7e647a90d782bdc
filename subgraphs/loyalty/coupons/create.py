"""Define a coupon."""

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import clock

from .tables import Coupon
from .terms import ensure_coupon, in_whole_units


async def create_coupon(session: AsyncSession, coupon: Coupon) -> Coupon:
    """Raise InvalidInput where it makes no proper one. Amounts are cut to what the currency can pay."""
    in_whole_units(coupon)
    ensure_coupon(coupon, clock.now())
    session.add(coupon)
    await session.flush()
    return coupon
