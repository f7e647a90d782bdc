"""What people change about how they prove who they are."""

import strawberry

from chassis.context import Info

from ..people import store as people
from ..people.passwords import Passwords
from ..people.rules import ensure_active, ensure_here, ensure_password
from ..people.tables import User
from ..sessions.attempts import Attempts
from ..sessions.start import lifetime_of
from ..sessions.tokens import TokenSigner
from ..sessions.types import Session
from ..settings import Settings
from .change_password import change_password


@strawberry.type
class CredentialsMutation:
    @strawberry.mutation(description="Ends every other session.")
    async def change_password(self, info: Info, current_password: str, new_password: str) -> Session:
        resources, user = info.context.resources, await _signed_in(info)
        ensure_password(new_password, user.email, "newPassword")
        checked = await _confirmed(info, user, current_password)
        password_hash = await resources[Passwords].hash(new_password)
        async with info.context.database.transaction(by=user.id) as session:
            lifetime = lifetime_of(resources[Settings])
            started = await change_password(session, resources[TokenSigner], checked, password_hash, lifetime)
        return Session.from_started(started)


async def _signed_in(info: Info) -> User:
    """Whose token it is, as they are now."""
    user_id = info.context.principal.require_user()
    async with info.context.database.reading() as session:
        user = ensure_here(await people.find_user(session, user_id))
    ensure_active(user)
    return user


async def _confirmed(info: Info, user: User, password: str) -> User:
    """Raise WrongCredentials. Tries count as those of signing in do, or a stolen token would be a way around."""
    async with info.context.resources[Attempts].trying(user.email, info.context.client_address):
        return await info.context.resources[Passwords].check(user, password)
