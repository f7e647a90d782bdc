"""What people change about themselves."""

from datetime import date
from typing import Any

import strawberry

from chassis import clock
from chassis.context import Info

from ..settings import Settings
from .change_role import become_host
from .types import Gender, Viewer, given
from .update import update_profile


@strawberry.input(description="In every update: a field left out stays; null clears it where it can be empty.")
class UpdateProfileInput:
    display_name: str | None = strawberry.UNSET
    avatar_url: str | None = strawberry.field(default=strawberry.UNSET, description="https only.")
    phone_number: str | None = strawberry.UNSET
    birth_date: date | None = strawberry.UNSET
    gender: Gender | None = strawberry.UNSET
    preferred_language: str | None = strawberry.UNSET
    address: str | None = strawberry.UNSET

    def given(self, region: str) -> dict[str, Any]:
        return given(region, **vars(self))


@strawberry.type
class PeopleMutation:
    @strawberry.mutation
    async def update_profile(self, info: Info, input: UpdateProfileInput) -> Viewer:  # noqa: A002 - the argument's name
        user_id, today = info.context.principal.require_user(), clock.today(info.context.settings.time_zone)
        changed = input.given(info.context.resources[Settings].phone_region)
        async with info.context.database.transaction(by=user_id) as session:
            return Viewer.from_row(await update_profile(session, user_id, changed, today))

    @strawberry.mutation
    async def become_host(self, info: Info) -> Viewer:
        user_id = info.context.principal.require_user()
        async with info.context.database.transaction(by=user_id) as session:
            return Viewer.from_row(await become_host(session, user_id))
