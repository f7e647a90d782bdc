"""What is known of another subgraph's entity is its id."""

from uuid import UUID

import strawberry

from chassis.references import BY_ID, Reference


@strawberry.federation.type(keys=[BY_ID])
class User(Reference):
    id: strawberry.ID


def test_an_entity_is_pointed_at_by_its_id() -> None:
    found = User.of(UUID(int=7))
    assert isinstance(found, User)
    assert found.id == "00000000-0000-0000-0000-000000000007"


def test_nothing_is_pointed_at_by_no_id() -> None:
    assert User.of(None) is None
