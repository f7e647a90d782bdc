"""What a booking asks of loyalty, as messages, and what it is answered."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from chassis import clock
from chassis.ids import uuid7
from chassis.testing import SubgraphUnderTest
from subgraphs.loyalty.coupons.award import award_coupons
from subgraphs.loyalty.coupons.tables import UserCoupon
from tests.loyalty.backoffice import ADMIN, create_coupon

SEEN = """query ($of: [_Any!]!) { _entities(representations: $of) { ... on UserCoupon {
    status usedAt booking { id } } } }"""
Answered = tuple[str, dict[str, Any]]


async def own_coupon(subgraph: SubgraphUnderTest, user_id: UUID, **changes: Any) -> UUID:
    """A coupon of 10 percent that the person has, however it came."""
    coupon_id = await create_coupon(subgraph, **changes)
    granted = {"granted_by": ADMIN, "grant_key": str(uuid7()), "grant_reason": "For the test."}
    coupon = UserCoupon(user_id=user_id, coupon_id=coupon_id, issued_at=clock.now(), **granted)
    async with subgraph.database.transaction() as session:
        await award_coupons(session, [coupon])
    return coupon.id


async def status(subgraph: SubgraphUnderTest, user_id: UUID, user_coupon_id: UUID) -> str:
    return str((await seen(subgraph, user_id, user_coupon_id))["status"])


async def seen(subgraph: SubgraphUnderTest, user_id: UUID, user_coupon_id: UUID) -> dict[str, Any]:
    of = [{"__typename": "UserCoupon", "id": str(user_coupon_id)}]
    answer = await subgraph.graphql(SEEN, {"of": of}, user=user_id)
    assert answer.errors == [], answer.errors
    found: dict[str, Any] = answer.data["_entities"][0]
    return found


class Booking:
    """One booking of one person; each question is a new message."""

    def __init__(self, subgraph: SubgraphUnderTest, user_id: UUID) -> None:
        self.subgraph, self.user_id, self.id = subgraph, user_id, uuid7()

    async def hold(self, user_coupon_id: UUID | None, *, points: int = 0, subtotal: str = "100000") -> Answered:
        return await self.ask(
            "hold-benefits",
            user_id=str(self.user_id),
            user_coupon_id=str(user_coupon_id) if user_coupon_id else None,
            points=points,
            subtotal=subtotal,
            currency="KRW",
            due_at=(clock.now() + timedelta(minutes=10)).isoformat(),
        )

    async def spend(self) -> Answered:
        return await self.ask("spend-benefits")

    async def release(self) -> Answered:
        return await self.ask("release-benefits")

    async def give_back(self, *, coupon: bool = False, points: int = 0) -> Answered:
        return await self.ask("give-back-benefits", coupon=coupon, points=points)

    async def ask(self, command: str, **payload: Any) -> Answered:
        """The last answer this booking was given. Until when its coupon is good is `usable_until`'s to tell."""
        await self.subgraph.handle(f"loyalty.{command}", {"booking_id": str(self.id), **payload})
        return (await self.answers())[-1]

    async def answers(self) -> list[Answered]:
        said = [each for each in await self.subgraph.published() if each.payload.get("booking_id") == str(self.id)]
        assert {each.key for each in said} <= {str(self.id)}
        return [(each.name.removeprefix("loyalty.benefits."), _said_in(each.payload)) for each in said]

    async def usable_until(self) -> datetime | None:
        """What the last `held` said of it."""
        *_, held = await self.subgraph.published("loyalty.benefits.held")
        until = held.payload["coupon_usable_until"]
        return None if until is None else datetime.fromisoformat(until)


def _said_in(payload: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in payload.items() if name not in {"booking_id", "coupon_usable_until"}}
