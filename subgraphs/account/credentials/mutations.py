"""What people change about how they prove who they are."""

import strawberry

from chassis.context import Info

from ..notices.write import offer_reset
from ..people import store as people
from ..people.passwords import Passwords
from ..people.rules import email_of, ensure_active, ensure_email, ensure_here, ensure_password
from ..people.tables import User
from ..people.types import Viewer
from ..sessions.attempts import Attempts
from ..sessions.start import lifetime_of
from ..sessions.tokens import TokenSigner
from ..sessions.types import Session
from ..settings import Settings
from .change_email import change_email
from .change_password import change_password
from .delete_account import delete_account
from .reset_password import ensure_resettable, reset_password
from .verify_email import verify_email


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

    @strawberry.mutation
    async def change_email(self, info: Info, current_password: str, new_email: str) -> Viewer:
        user, email = await _signed_in(info), email_of(new_email)
        ensure_email(email, "newEmail")
        checked = await _confirmed(info, user, current_password)
        ensure_password(current_password, email, "newEmail")
        async with info.context.database.transaction(by=user.id) as session:
            return Viewer.from_row(await change_email(session, checked, email))

    @strawberry.mutation
    async def verify_email(self, info: Info, token: str) -> bool:
        async with info.context.database.transaction() as session:
            await verify_email(session, token)
        return True

    @strawberry.mutation(description="Always true: says nothing about who has an account.")
    async def request_password_reset(self, info: Info, email: str) -> bool:
        email = email_of(email)
        ensure_email(email, "email")
        await info.context.resources[Attempts].ask_for_mail(email, info.context.client_address)
        async with info.context.database.transaction() as session:
            await offer_reset(session, email)
        return True

    @strawberry.mutation
    async def reset_password(self, info: Info, token: str, new_password: str) -> Session:
        resources = info.context.resources
        async with info.context.database.reading() as session:
            await ensure_resettable(session, token, new_password)
        password_hash = await resources[Passwords].hash(new_password)
        async with info.context.database.transaction() as session:
            lifetime = lifetime_of(resources[Settings])
            started = await reset_password(session, resources[TokenSigner], token, password_hash, lifetime)
        return Session.from_started(started)

    @strawberry.mutation(
        description="Refused while a booking is live, as guest or as host. What the law needs kept is kept without the "
        "person's data."
    )
    async def delete_account(self, info: Info, password: str) -> bool:
        user = await _signed_in(info)
        checked = await _confirmed(info, user, password)
        async with info.context.database.transaction(by=user.id) as session:
            await delete_account(session, checked)
        return True


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
