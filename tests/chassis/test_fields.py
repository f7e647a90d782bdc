"""A feature adds fields to another feature's type, and the type knows nothing of it."""

import strawberry
from graphql import graphql_sync

from chassis.federation import build_schema
from chassis.fields import field_of


@strawberry.type
class Room:
    number: int


@field_of(Room, description="What it is called at the desk.")
def name(room: strawberry.Parent[Room], prefix: str = "Room") -> str:
    return f"{prefix} {room.number}"


@strawberry.type
class RoomQuery:
    @strawberry.field
    def room(self) -> Room:
        return Room(number=7)


def test_the_field_is_resolved_with_the_object_it_hangs_on_and_its_arguments() -> None:
    schema = build_schema(query=[RoomQuery])
    answer = graphql_sync(schema._schema, '{ room { number name other: name(prefix: "Suite") } }')
    assert answer.errors is None
    assert answer.data == {"room": {"number": 7, "name": "Room 7", "other": "Suite 7"}}


def test_it_is_printed_with_its_description() -> None:
    printed = build_schema(query=[RoomQuery]).as_str()
    assert '"""What it is called at the desk."""\n  name(prefix: String! = "Room"): String!' in printed
