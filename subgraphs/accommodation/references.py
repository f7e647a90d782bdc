"""Entities that other subgraphs own, as accommodation points at them."""

from uuid import UUID

import strawberry
from strawberry.federation.schema_directives import Key
from strawberry.federation.types import FieldSet


@strawberry.federation.type(keys=[Key(fields=FieldSet("id"), resolvable=False)])
class User:
    id: strawberry.ID

    @classmethod
    def of(cls, user_id: UUID) -> "User":
        return cls(id=strawberry.ID(str(user_id)))
