"""People who ask for coupons, and the check that each who won has theirs, once, in a slot of their own."""

import asyncio
from collections import Counter
from typing import Any
from uuid import UUID

from sqlmodel import select

from chassis.testing import SubgraphUnderTest
from subgraphs.loyalty.coupon_events.tables import CouponIssuance
from subgraphs.loyalty.coupons.tables import UserCoupon
from tests.loyalty.backoffice import stock
from tests.loyalty.workers import until

ISSUE = "mutation ($id: ID!) { issueCoupon(couponEventId: $id) { id status rejection rank } }"


async def issue(subgraph: SubgraphUnderTest, event_id: UUID, person: UUID) -> dict[str, Any]:
    answer = await subgraph.graphql(ISSUE, {"id": str(event_id)}, user=person)
    assert answer.errors == [], answer.errors
    found: dict[str, Any] = answer.data["issueCoupon"]
    return found


async def ask_all(subgraph: SubgraphUnderTest, event_id: UUID, people: list[UUID]) -> list[dict[str, Any]]:
    return list(await asyncio.gather(*(issue(subgraph, event_id, person) for person in people)))


def winners(people: list[UUID], answers: list[dict[str, Any]]) -> dict[UUID, tuple[str, int]]:
    """Who won, and with which id and rank; whoever asked twice must have been told the same."""
    told: dict[UUID, set[tuple[str, int]]] = {}
    for person, answer in zip(people, answers, strict=True):
        if answer["status"] != "REJECTED":
            told.setdefault(person, set()).add((answer["id"], answer["rank"]))
    assert all(len(answers) == 1 for answers in told.values())
    return {person: answers.pop() for person, answers in told.items()}


async def recorded(subgraph: SubgraphUnderTest, event_id: UUID, many: int) -> dict[str, Any]:
    return await until(
        lambda: stock(subgraph, event_id), lambda found: found["recorded"] + found["deadLettered"] >= many
    )


async def ensure_recorded(subgraph: SubgraphUnderTest, event_id: UUID, won: dict[UUID, tuple[str, int]]) -> None:
    """Exactly those, each once, each in a slot of their own from 1 on."""
    async with subgraph.database.reading() as session:
        issuances = list(await session.exec(select(CouponIssuance).where(CouponIssuance.coupon_event_id == event_id)))
        coupons = list(await session.exec(select(UserCoupon).where(UserCoupon.coupon_event_id == event_id)))
    assert {each.user_id: (str(each.id), each.rank) for each in issuances} == won
    assert sorted(each.slot for each in issuances) == list(range(1, len(won) + 1))
    assert Counter(each.user_id for each in coupons) == Counter(list(won))
    said = [each.payload["user_id"] for each in await subgraph.published("loyalty.coupon.issued")]
    assert Counter(said) == Counter(map(str, won))
