"""Entities that other subgraphs own, as accommodation points at them."""

from typing import Self

import strawberry

from chassis.context import Info
from chassis.ids import parse_id
from chassis.references import BY_ID, Reference


@strawberry.federation.type(keys=[BY_ID])
class User(Reference):
    id: strawberry.ID


@strawberry.federation.type(keys=["id"])
class Viewer(Reference):
    """The signed-in person. What each feature knows of them it adds by itself; nobody gets another's."""

    id: strawberry.ID

    @classmethod
    def resolve_reference(cls, info: Info, id: strawberry.ID) -> Self | None:  # noqa: A002 - the key's name
        return cls(id=id) if parse_id(id) == info.context.principal.user_id else None
