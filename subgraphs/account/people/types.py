"""People as the graph shows them."""

from datetime import date, datetime
from enum import Enum
from typing import Any, Self

import strawberry

from chassis.context import Info
from chassis.ids import parse_id
from chassis.roles import Role

from . import tables
from .loaders import users_by_id
from .rules import FORMER, phone_of

strawberry.enum(Role)


@strawberry.enum
class Gender(Enum):
    FEMALE = "FEMALE"
    MALE = "MALE"
    OTHER = "OTHER"


def given(region: str, **fields: Any) -> dict[str, Any]:
    """Of an update's fields those that were not left out, as columns hold them; `region` is as of `phone_of`."""
    said = {name: value for name, value in fields.items() if value is not strawberry.UNSET}
    if "phone_number" in said:
        said["phone_number"] = phone_of(said["phone_number"], region)
    return {name: value.value if isinstance(value, Enum) else value for name, value in said.items()}


@strawberry.federation.type(
    keys=["id"],
    description='A person as everybody may see them. Somebody who left is still answered, as "Former guest".',
)
class User:
    id: strawberry.ID
    display_name: str
    avatar_url: str | None
    is_host: bool
    joined_at: datetime

    @classmethod
    def from_row(cls, row: tables.User) -> Self:
        left = row.deleted_at is not None
        return cls(
            id=strawberry.ID(str(row.id)),
            display_name=FORMER if left else row.display_name,
            avatar_url=None if left else row.avatar_url,
            is_host=row.role == "HOST" and not left,
            joined_at=row.created_at,
        )

    @classmethod
    async def resolve_reference(cls, info: Info, id: strawberry.ID) -> Self | None:  # noqa: A002 - the key's name
        row = await info.context.loader(users_by_id).load(parse_id(id))
        return cls.from_row(row) if row else None


@strawberry.federation.type(
    keys=["id"],
    description="The signed-in person as only they may see themselves. Other subgraphs hang what is private to a "
    "person here, nullable, so that one of them being away never looks like being signed out.",
)
class Viewer:
    id: strawberry.ID
    user: User
    email: str
    email_verified: bool
    phone_number: str | None
    birth_date: date | None
    gender: Gender | None
    preferred_language: str | None
    address: str | None
    role: Role

    @classmethod
    def from_row(cls, row: tables.User) -> Self:
        return cls(
            id=strawberry.ID(str(row.id)),
            user=User.from_row(row),
            email=row.email,
            email_verified=row.email_verified_at is not None,
            phone_number=row.phone_number,
            birth_date=row.birth_date,
            gender=Gender(row.gender) if row.gender else None,
            preferred_language=row.preferred_language,
            address=row.address,
            role=Role(row.role),
        )

    @classmethod
    async def resolve_reference(cls, info: Info, id: strawberry.ID) -> "Viewer | None":  # noqa: A002 - the key's name
        return await viewer_of(info) if parse_id(id) == info.context.principal.user_id else None


async def viewer_of(info: Info) -> Viewer | None:
    """Whoever the token says is asking; null when nobody is signed in or the person has left."""
    user_id = info.context.principal.user_id
    row = await info.context.loader(users_by_id).load(user_id) if user_id else None
    return Viewer.from_row(row) if row and row.deleted_at is None else None
