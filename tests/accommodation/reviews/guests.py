"""Guests whose stays are over, and what they say of them."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from chassis.ids import uuid7
from chassis.testing import Answer, SubgraphUnderTest

SHOWN = "id rating text hostReply author { id } accommodation { id name } booking { id canReview }"
CREATE = f"mutation ($input: CreateReviewInput!) {{ createReview(input: $input) {{ {SHOWN} }} }}"
CHANGE = f"mutation ($input: UpdateReviewInput!) {{ updateReview(input: $input) {{ {SHOWN} }} }}"
DELETE = "mutation ($id: ID!) { deleteReview(reviewId: $id) }"
REVIEW = f"query ($id: ID!) {{ review(id: $id) {{ {SHOWN} }} }}"
RATING = """query ($id: ID!) { accommodation(id: $id) {
    rating reviewCount reviews(first: 100) { totalCount nodes { rating } } } }"""
BOOKING = """query ($of: [_Any!]!) { _entities(representations: $of) {
    ... on Booking { id canReview review { id rating } } } }"""


@dataclass
class Guest:
    subgraph: SubgraphUnderTest
    id: UUID = field(default_factory=uuid7)

    async def stay(self, room_type: Any) -> UUID:
        """A stay that is over, as booking says it; the booking's id."""
        booking_id = uuid7()
        said = {"booking_id": booking_id, "guest_id": self.id, "room_type_id": room_type.id, "paid": 100}
        assert await self.subgraph.handle("booking.booking.completed", said)
        return booking_id

    async def ask(self, document: str, **variables: Any) -> Answer:
        return await self.subgraph.graphql(document, variables, user=self.id)

    async def get(self, document: str, **variables: Any) -> Any:
        """The one field that was asked for, which must be answered without errors."""
        answer = await self.ask(document, **variables)
        assert answer.errors == [], answer.errors
        return next(iter(answer.data.values()))

    async def review(self, room_type: Any, rating: int = 4, text: str = "Good.") -> str:
        """A review of a further stay; its id."""
        booking_id = await self.stay(room_type)
        said = await self.get(CREATE, input={"bookingId": str(booking_id), "rating": rating, "text": text})
        found: str = said["id"]
        return found

    async def booking(self, booking_id: UUID) -> Any:
        return (await self.get(BOOKING, of=[{"__typename": "Booking", "id": str(booking_id)}]))[0]


async def rating_of(subgraph: SubgraphUnderTest, accommodation_id: Any) -> tuple[float | None, int]:
    """Mean and number of its reviews, as everybody sees them; the shown reviews must be that many."""
    found = (await subgraph.graphql(RATING, {"id": str(accommodation_id)})).data["accommodation"]
    assert found["reviews"]["totalCount"] == len(found["reviews"]["nodes"]) == found["reviewCount"]
    return found["rating"], found["reviewCount"]
