"""Points as administrators grant them, stays earn them, the clock takes them, and their books are checked."""

from typing import Any
from uuid import UUID

from chassis.ids import uuid7
from chassis.testing import Answer, SubgraphUnderTest
from subgraphs.loyalty.points.check import check_books
from subgraphs.loyalty.points.expire import expire_points
from tests.loyalty.backoffice import ask, later

GRANT = "mutation ($input: GrantPointsInput!) { grantPoints(input: $input) { id balance held } }"
REVOKE = "mutation ($input: RevokePointsInput!) { revokePoints(input: $input) { id balance held } }"
ACCOUNT = """query ($of: [_Any!]!) { _entities(representations: $of) { ... on Viewer { pointAccount {
    balance held nextExpiry { points at }
    entries(first: 100) { nodes { kind points balanceAfter description booking { id } expiresAt createdAt } } } } } }"""


def a_change(user_id: UUID, points: int, **changes: Any) -> dict[str, Any]:
    """Input for points that are granted or revoked."""
    return {
        "idempotencyKey": str(uuid7()),
        "userId": str(user_id),
        "points": points,
        "description": "For the trouble",
    } | changes


async def grant(subgraph: SubgraphUnderTest, user_id: UUID, points: int, **changes: Any) -> Answer:
    return await ask(subgraph, GRANT, input=a_change(user_id, points, **changes))


async def revoke(subgraph: SubgraphUnderTest, user_id: UUID, points: int, **changes: Any) -> Answer:
    return await ask(subgraph, REVOKE, input=a_change(user_id, points, **changes))


async def complete(
    subgraph: SubgraphUnderTest, user_id: UUID, paid: str, booking_id: UUID | None = None, message: UUID | None = None
) -> UUID:
    """The stay of a booking is over."""
    booking_id = booking_id or uuid7()
    said = {"booking_id": str(booking_id), "guest_id": str(user_id), "paid": paid}
    await subgraph.handle("booking.booking.completed", said, message)
    return booking_id


async def refund(subgraph: SubgraphUnderTest, booking_id: UUID, amount: str, refund_id: UUID | None = None) -> None:
    said = {"booking_id": str(booking_id), "refund_id": str(refund_id or uuid7()), "amount": amount}
    await subgraph.handle("payment.payment.refunded", said)


async def expire(subgraph: SubgraphUnderTest, **passed: float) -> None:
    """The clock's job runs when so much time has passed."""
    with later(**passed):
        await expire_points(subgraph.database)


async def account(subgraph: SubgraphUnderTest, user_id: UUID, *, ensure: bool = True) -> dict[str, Any]:
    """As the person sees it, with the books in agreement."""
    assert not ensure or await differences(subgraph) == {}
    answer = await subgraph.graphql(ACCOUNT, {"of": [{"__typename": "Viewer", "id": str(user_id)}]}, user=user_id)
    assert answer.errors == [], answer.errors
    found: dict[str, Any] = answer.data["_entities"][0]["pointAccount"]
    return found


async def standing(subgraph: SubgraphUnderTest, user_id: UUID) -> tuple[int, int]:
    """Balance and held."""
    found = await account(subgraph, user_id)
    return found["balance"], found["held"]


async def history(subgraph: SubgraphUnderTest, user_id: UUID, *, ensure: bool = True) -> list[tuple[str, int, int]]:
    """Kind, points, and the sum after each entry, oldest first."""
    nodes = (await account(subgraph, user_id, ensure=ensure))["entries"]["nodes"]
    return [(node["kind"], node["points"], node["balanceAfter"]) for node in reversed(nodes)]


async def differences(subgraph: SubgraphUnderTest) -> dict[UUID, list[str]]:
    """Of all accounts, those whose books don't agree."""
    return {user_id: found async for user_id, found in check_books(subgraph.database) if found}
