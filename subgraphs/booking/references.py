"""Entities that others own and bookings point at."""

from typing import Self
from uuid import UUID

import strawberry
from strawberry.federation.schema_directives import Key
from strawberry.federation.types import FieldSet

_BY_ID = Key(fields=FieldSet("id"), resolvable=False)


class Reference:
    """What is known here of another's entity: its id."""

    def __init__(self, *, id: strawberry.ID) -> None:  # noqa: A002 - the key's name
        self.id = id

    @classmethod
    def of(cls, entity_id: UUID | None) -> Self | None:
        return None if entity_id is None else cls(id=strawberry.ID(str(entity_id)))


@strawberry.federation.type(keys=[_BY_ID])
class User(Reference):
    id: strawberry.ID


@strawberry.federation.type(keys=[_BY_ID])
class Accommodation(Reference):
    id: strawberry.ID


@strawberry.federation.type(keys=[_BY_ID])
class RoomType(Reference):
    id: strawberry.ID


@strawberry.federation.type(keys=[_BY_ID])
class UserCoupon(Reference):
    id: strawberry.ID
