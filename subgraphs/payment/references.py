"""Entities that others own and payments point at."""

from typing import Self
from uuid import UUID

import strawberry
from strawberry.federation.schema_directives import Key
from strawberry.federation.types import FieldSet

_BY_ID = Key(fields=FieldSet("id"), resolvable=False)


@strawberry.federation.type(keys=[_BY_ID])
class User:
    id: strawberry.ID

    @classmethod
    def of(cls, user_id: UUID | None) -> Self | None:
        return None if user_id is None else cls(id=strawberry.ID(str(user_id)))
