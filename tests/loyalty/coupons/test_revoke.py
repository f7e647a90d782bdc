"""Taking a person's coupon away."""

import asyncio
from uuid import UUID

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from chassis.ids import uuid7
from chassis.testing import SubgraphUnderTest
from subgraphs.loyalty.coupons.sweep import sweep_holds
from subgraphs.loyalty.coupons.tables import UserCoupon
from tests.loyalty.askers import issue
from tests.loyalty.backoffice import ADMIN, create_event, later, revoke, stock
from tests.loyalty.bookings import Booking, own_coupon, status
from tests.loyalty.pipeline import record_all

REVOKED = ("refused", {"reason": "COUPON_NOT_USABLE", "message": "The coupon was revoked."})
MINE = """query ($id: ID!) { couponEvent(id: $id) { remaining viewerIssuance { status userCoupon { id status } } } }"""


async def stored(subgraph: SubgraphUnderTest, user_coupon_id: UUID) -> UserCoupon:
    async with subgraph.database.reading() as session:
        return (await session.exec(select(UserCoupon).where(UserCoupon.id == user_coupon_id))).one()


async def test_a_revoked_coupon_says_so_and_is_held_by_no_booking(subgraph: SubgraphUnderTest) -> None:
    guest = uuid7()
    coupon = await own_coupon(subgraph, guest)
    answer = await revoke(subgraph, coupon)
    assert answer.errors == []
    assert answer.data["revokeUserCoupon"] == {
        "status": "REVOKED",
        "revokedReason": "Bought by a bot.",
        "coupon": {"issued": 1, "used": 0},
    }
    row = await stored(subgraph, coupon)
    assert (row.revoked_by, row.revoked_reason, row.revoked_at is not None) == (ADMIN, "Bought by a bot.", True)
    assert await status(subgraph, guest, coupon) == "REVOKED"
    assert await Booking(subgraph, guest).hold(coupon) == REVOKED
    assert await status(subgraph, guest, coupon) == "REVOKED"


async def test_revoking_again_is_answered_as_it_was(subgraph: SubgraphUnderTest) -> None:
    coupon = await own_coupon(subgraph, uuid7())
    first = await revoke(subgraph, coupon)
    before = await stored(subgraph, coupon)
    again = await revoke(subgraph, coupon, "Another reason.", by=uuid7())
    assert (again.data, again.errors) == (first.data, [])
    assert await stored(subgraph, coupon) == before


async def test_a_booking_that_holds_a_revoked_coupon_spends_it_all_the_same(subgraph: SubgraphUnderTest) -> None:
    guest = uuid7()
    coupon = await own_coupon(subgraph, guest)
    booking = Booking(subgraph, guest)
    await booking.hold(coupon)
    answer = await revoke(subgraph, coupon)
    assert answer.data["revokeUserCoupon"] | {"coupon": None} == {
        "status": "HELD",
        "revokedReason": "Bought by a bot.",
        "coupon": None,
    }
    assert await booking.hold(coupon) == ("held", {"discount": "10000", "points": 0})
    assert await booking.spend() == ("spent", {})
    assert await status(subgraph, guest, coupon) == "USED"
    assert (await revoke(subgraph, coupon)).data["revokeUserCoupon"]["coupon"] == {"issued": 1, "used": 1}


async def test_the_booking_that_holds_it_is_told_once_that_it_is_revoked(subgraph: SubgraphUnderTest) -> None:
    guest = uuid7()
    held, free = await own_coupon(subgraph, guest), await own_coupon(subgraph, guest)
    booking = Booking(subgraph, guest)
    await booking.hold(held)
    for coupon in (held, held, free):
        assert (await revoke(subgraph, coupon)).errors == []
    (told,) = await subgraph.published("loyalty.benefits.coupon-revoked")
    revoked_at = (await stored(subgraph, held)).revoked_at
    assert revoked_at is not None
    assert (told.key, told.payload) == (
        str(booking.id),
        {
            "booking_id": str(booking.id),
            "user_coupon_id": str(held),
            "revoked_at": revoked_at.isoformat().replace("+00:00", "Z"),
        },
    )


async def test_a_coupon_revoked_while_it_was_held_is_revoked_once_it_is_let_go(subgraph: SubgraphUnderTest) -> None:
    guest = uuid7()
    coupon = await own_coupon(subgraph, guest)
    booking = Booking(subgraph, guest)
    await booking.hold(coupon)
    await revoke(subgraph, coupon)
    await booking.release()
    assert await status(subgraph, guest, coupon) == "REVOKED"
    assert await Booking(subgraph, guest).hold(coupon) == REVOKED


async def test_a_coupon_given_back_that_was_revoked_meanwhile_stays_revoked(subgraph: SubgraphUnderTest) -> None:
    guest = uuid7()
    coupon = await own_coupon(subgraph, guest)
    booking = Booking(subgraph, guest)
    await booking.hold(coupon)
    await revoke(subgraph, coupon)
    await booking.spend()
    assert await booking.give_back(coupon=True) == ("given-back", {})
    assert await status(subgraph, guest, coupon) == "REVOKED"
    assert await Booking(subgraph, guest).hold(coupon) == REVOKED


async def test_a_hold_that_lapsed_is_not_taken_again_once_its_coupon_is_revoked(subgraph: SubgraphUnderTest) -> None:
    guest = uuid7()
    coupon = await own_coupon(subgraph, guest)
    booking = Booking(subgraph, guest)
    await booking.hold(coupon)
    await revoke(subgraph, coupon)
    with later(minutes=16):
        await sweep_holds(subgraph.database, subgraph.settings)  # type: ignore[arg-type]
    assert await status(subgraph, guest, coupon) == "REVOKED"
    message = "The hold lapsed, and the coupon was revoked since."
    assert await booking.spend() == ("refused", {"reason": "COUPON_NOT_USABLE", "message": message})
    assert await status(subgraph, guest, coupon) == "REVOKED"


async def test_a_used_coupon_is_not_revoked(subgraph: SubgraphUnderTest) -> None:
    guest = uuid7()
    coupon = await own_coupon(subgraph, guest)
    booking = Booking(subgraph, guest)
    await booking.hold(coupon)
    await booking.spend()
    assert (await revoke(subgraph, coupon)).codes == ["CONFLICT"]
    assert (await stored(subgraph, coupon)).revoked_at is None
    await booking.give_back(coupon=True)
    assert (await revoke(subgraph, coupon)).data["revokeUserCoupon"]["status"] == "REVOKED"


@pytest.mark.parametrize(("reason", "code"), [(" ", "EMPTY"), ("r" * 501, "TOO_LONG"), ("a\0b", "NOT_TEXT")])
async def test_revoking_needs_a_reason(subgraph: SubgraphUnderTest, reason: str, code: str) -> None:
    guest = uuid7()
    coupon = await own_coupon(subgraph, guest)
    answer = await revoke(subgraph, coupon, reason)
    assert answer.codes == ["INVALID_INPUT"]
    assert answer.errors[0]["extensions"]["fields"] == [{"field": "reason", "code": code}]
    assert await status(subgraph, guest, coupon) == "AVAILABLE"


async def test_what_nobody_owns_is_not_revoked(subgraph: SubgraphUnderTest) -> None:
    assert (await revoke(subgraph, uuid7())).codes == ["NOT_FOUND"]


async def test_revoking_frees_nothing_at_the_event(subgraph: SubgraphUnderTest) -> None:
    guest, event = uuid7(), await create_event(subgraph, quantity=1)
    accepted = await issue(subgraph, event, guest)
    await record_all(subgraph)
    seen = (await subgraph.graphql(MINE, {"id": str(event)}, user=guest)).data["couponEvent"]
    await revoke(subgraph, UUID(seen["viewerIssuance"]["userCoupon"]["id"]))
    after = (await subgraph.graphql(MINE, {"id": str(event)}, user=guest)).data["couponEvent"]
    assert (after["remaining"], after["viewerIssuance"]["userCoupon"]["status"]) == (0, "REVOKED")
    assert (await issue(subgraph, event, uuid7()))["rejection"] == "SOLD_OUT"
    assert (await issue(subgraph, event, guest))["id"] == accepted["id"]
    books = await stock(subgraph, event)
    assert (books["accepted"], books["recorded"], books["remaining"]) == (1, 1, 0)


async def test_revoking_racing_with_bookings_has_one_of_two_outcomes(subgraph: SubgraphUnderTest) -> None:
    """Held by one, and revoked once it lets go; or revoked, and held by nobody."""
    for _ in range(10):
        guest = uuid7()
        coupon = await own_coupon(subgraph, guest)
        one, other = Booking(subgraph, guest), Booking(subgraph, guest)
        first, revoked, second = await asyncio.gather(one.hold(coupon), revoke(subgraph, coupon), other.hold(coupon))
        assert revoked.errors == []
        held = [name for name, _ in (first, second)].count("held")
        assert held in (0, 1)
        assert await status(subgraph, guest, coupon) == ("HELD" if held else "REVOKED")
        assert held or (first, second) == (REVOKED, REVOKED)
        await asyncio.gather(one.release(), other.release())
        assert await status(subgraph, guest, coupon) == "REVOKED"


async def test_of_many_that_revoke_at_once_one_is_recorded(subgraph: SubgraphUnderTest) -> None:
    coupon = await own_coupon(subgraph, uuid7())
    people = [uuid7() for _ in range(10)]
    answers = await asyncio.gather(*(revoke(subgraph, coupon, f"By {each}", by=each) for each in people))
    row = await stored(subgraph, coupon)
    assert {answer.data["revokeUserCoupon"]["revokedReason"] for answer in answers} == {row.revoked_reason}
    assert row.revoked_reason == f"By {row.revoked_by}"


@pytest.mark.parametrize(
    ("column", "constraint"),
    [
        ("revoked_by", "revoked_with_a_reason"),
        ("grant_key", "granted_with_a_reason"),
        ("coupon_event_id", "from_an_event_or_a_person"),
    ],
)
async def test_half_a_grant_and_half_a_revocation_are_refused_by_the_database(
    subgraph: SubgraphUnderTest, column: str, constraint: str
) -> None:
    coupon, event = await own_coupon(subgraph, uuid7()), await create_event(subgraph)
    value = {"revoked_by": ADMIN, "grant_key": None, "coupon_event_id": event}[column]
    with pytest.raises(IntegrityError, match=constraint):
        async with subgraph.database.transaction() as session:
            setattr((await session.exec(select(UserCoupon).where(UserCoupon.id == coupon))).one(), column, value)
