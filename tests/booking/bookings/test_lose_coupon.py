"""A coupon that was revoked while a booking holds it is not quoted as coming back, and does not come back."""

from datetime import timedelta

import pytest

from chassis import clock
from chassis.ids import uuid7
from chassis.testing import SubgraphUnderTest
from tests.booking.bookings.test_cancel import cancel, quote
from tests.booking.story import Story


async def revoke(story: Story) -> None:
    revoked = {"user_coupon_id": str(uuid7()), "revoked_at": clock.now().isoformat()}
    await story.tell("loyalty.benefits.coupon-revoked", **revoked)


async def begin(subgraph: SubgraphUnderTest) -> Story:
    return await Story.begin(subgraph, userCouponId=str(uuid7()))


@pytest.mark.parametrize("confirmed", [False, True])
async def test_it_is_quoted_and_given_back_no_more(subgraph: SubgraphUnderTest, *, confirmed: bool) -> None:
    story = await begin(subgraph)
    await (story.come_to_confirmed if confirmed else story.come_to_payment)(discount=10000)
    assert (await quote(story))["couponReturned"] is True
    await revoke(story)
    quoted = await quote(story)
    assert quoted["couponReturned"] is False
    assert (await cancel(story, expectedRefund=str(quoted["refund"]["amount"]))).errors == []
    cancellation = (await story.booking()).cancellation
    assert cancellation is not None
    assert cancellation.coupon_returned is False
    if confirmed:
        assert (await story.asked("loyalty.give-back-benefits"))["coupon"] is False


async def test_heard_of_before_the_hold_or_twice_it_stays_revoked(subgraph: SubgraphUnderTest) -> None:
    story = await begin(subgraph)
    await story.hold_nights()
    await revoke(story)
    until = (clock.now() + timedelta(days=90)).isoformat()
    await story.tell("loyalty.benefits.held", discount="10000", points=0, coupon_usable_until=until)
    first = (await story.booking()).coupon_usable_until
    await revoke(story)
    assert (await story.booking()).coupon_usable_until == first
    assert (await quote(story))["couponReturned"] is False
