"""What administrators do to whole accounts."""

import strawberry

from chassis.context import Info
from chassis.ids import parse_id
from chassis.roles import Role, requires_role

from ..people.admin import AdminUser
from .delete_account import delete_user


@strawberry.type
class CredentialsAdminMutation:
    @strawberry.mutation(extensions=[requires_role(Role.ADMIN)])
    async def delete_user(self, info: Info, user_id: strawberry.ID) -> AdminUser:
        async with info.context.database.transaction(by=info.context.principal.require_user()) as session:
            return AdminUser(row=await delete_user(session, parse_id(user_id, "userId")))
