"""Entities that another subgraph owns, as a subgraph points at them: by their id and no more."""

from typing import Self
from uuid import UUID

import strawberry
from strawberry.federation.schema_directives import Key
from strawberry.federation.types import FieldSet

BY_ID = Key(fields=FieldSet("id"), resolvable=False)


class Reference:
    """`@strawberry.federation.type(keys=[BY_ID]) class User(Reference): id: strawberry.ID`."""

    def __init__(self, *, id: strawberry.ID) -> None:  # noqa: A002 - the key's name
        self.id = id

    @classmethod
    def of(cls, entity_id: UUID | None) -> Self | None:
        return None if entity_id is None else cls(id=strawberry.ID(str(entity_id)))
