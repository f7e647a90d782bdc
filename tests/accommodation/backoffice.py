"""What hosts and administrators do in the back office."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from chassis import clock
from chassis.ids import uuid7
from chassis.roles import Role
from chassis.testing import Answer, SubgraphUnderTest

CREATE = "mutation ($input: CreateAccommodationInput!) { createAccommodation(input: $input) { id } }"
CHANGE = "mutation ($input: UpdateAccommodationInput!) { updateAccommodation(input: $input) { id } }"
CREATE_ROOM_TYPE = "mutation ($input: CreateRoomTypeInput!) { createRoomType(input: $input) { id } }"
CHANGE_ROOM_TYPE = "mutation ($input: UpdateRoomTypeInput!) { updateRoomType(input: $input) { id } }"
DELETE_ROOM_TYPE = "mutation ($id: ID!) { deleteRoomType(roomTypeId: $id) }"
PUBLISH = "mutation ($id: ID!) { publishAccommodation(accommodationId: $id) { status } }"
WITHDRAW = "mutation ($id: ID!) { withdrawAccommodation(accommodationId: $id) { status } }"
DELETE = "mutation ($id: ID!) { deleteAccommodation(accommodationId: $id) { deletedAt deletedBy { id } } }"
NIGHT = "date price { amount } units held sold closed minNights"
OPEN = f"mutation ($input: OpenNightsInput!) {{ openNights(input: $input) {{ {NIGHT} }} }}"
CHANGE_NIGHTS = f"mutation ($input: UpdateNightsInput!) {{ updateNights(input: $input) {{ {NIGHT} }} }}"


def a_place(**changes: Any) -> dict[str, Any]:
    return {
        "name": "Blue House",
        "description": "By the sea.",
        "kind": "GUESTHOUSE",
        "address": {"line": "1 Beach Road", "region": "Haeundae", "country": "KR"},
        "checkInTime": "15:00:00",
        "checkOutTime": "11:00:00",
    } | changes


def a_room_type(accommodation_id: Any, **changes: Any) -> dict[str, Any]:
    given = {"accommodationId": str(accommodation_id), "name": "Double", "description": "A bed."}
    return given | {"maxGuests": 2, "units": 3, "basePrice": 90_000} | changes


@dataclass(frozen=True)
class Person:
    """Somebody with a role, who asks the back office."""

    subgraph: SubgraphUnderTest
    id: UUID
    role: Role

    async def ask(self, document: str, **variables: Any) -> Answer:
        return await self.subgraph.graphql(document, variables, user=self.id, role=self.role, face="admin")

    async def get(self, document: str, **variables: Any) -> Any:
        """The one field that was asked for, which must be answered without errors."""
        answer = await self.ask(document, **variables)
        assert answer.errors == [], answer.errors
        return next(iter(answer.data.values()))

    async def create(self, **changes: Any) -> str:
        found: str = (await self.get(CREATE, input=a_place(**changes)))["id"]
        return found

    async def create_room_type(self, accommodation_id: Any, **changes: Any) -> str:
        found: str = (await self.get(CREATE_ROOM_TYPE, input=a_room_type(accommodation_id, **changes)))["id"]
        return found


def a_host(subgraph: SubgraphUnderTest) -> Person:
    return Person(subgraph, uuid7(), Role.HOST)


def an_administrator(subgraph: SubgraphUnderTest) -> Person:
    return Person(subgraph, uuid7(), Role.ADMIN)


async def account_says(subgraph: SubgraphUnderTest, what: str, user_id: UUID, role: str) -> None:
    """As account tells of somebody."""
    await subgraph.handle(f"account.user.{what}", {"user_id": user_id, "role": role, "at": clock.now()})
