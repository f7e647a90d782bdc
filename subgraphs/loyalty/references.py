"""Entities that other subgraphs own, as loyalty points at them."""

from typing import Self
from uuid import UUID

import strawberry
from strawberry.federation.schema_directives import Key
from strawberry.federation.types import FieldSet

from chassis.context import Info
from chassis.ids import parse_id

_BY_ID = Key(fields=FieldSet("id"), resolvable=False)


class Reference:
    """What is known here of another's entity: its id."""

    def __init__(self, *, id: strawberry.ID) -> None:  # noqa: A002 - the key's name
        self.id = id

    @classmethod
    def of(cls, entity_id: UUID | None) -> Self | None:
        return None if entity_id is None else cls(id=strawberry.ID(str(entity_id)))


@strawberry.federation.type(keys=[_BY_ID])
class Booking(Reference):
    id: strawberry.ID


@strawberry.federation.type(keys=[_BY_ID])
class User(Reference):
    id: strawberry.ID


@strawberry.federation.type(keys=["id"])
class Viewer(Reference):
    """The signed-in person. What each feature knows of them it adds by itself; nobody gets another's."""

    id: strawberry.ID

    @classmethod
    def resolve_reference(cls, info: Info, id: strawberry.ID) -> Self | None:  # noqa: A002 - the key's name
        return cls(id=id) if parse_id(id) == info.context.principal.user_id else None
