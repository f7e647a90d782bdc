"""What clients ask about people."""

import strawberry

from chassis.context import Info
from chassis.ids import parse_id

from .loaders import users_by_id
from .types import User, Viewer, viewer_of


@strawberry.type
class PeopleQuery:
    @strawberry.field(description="Null when nobody is signed in.")
    async def viewer(self, info: Info) -> Viewer | None:
        return await viewer_of(info)

    @strawberry.field
    async def user(self, info: Info, id: strawberry.ID) -> User | None:  # noqa: A002 - the argument's name
        row = await info.context.loader(users_by_id).load(parse_id(id))
        return User.from_row(row) if row else None
