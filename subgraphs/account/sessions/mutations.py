"""Signing up and in, staying signed in, and signing out."""

from datetime import date, timedelta

import strawberry

from chassis import clock
from chassis.context import Info
from chassis.roles import Role

from ..notices.write import ask_to_verify
from ..people import store as people
from ..people import tables
from ..people.passwords import Passwords
from ..people.rules import email_of, ensure_sign_up, phone_of
from ..people.sign_up import sign_up
from ..people.types import Gender
from ..settings import Settings
from .attempts import Attempts
from .end import end_session
from .refresh import refresh_session
from .rules import TokenReused
from .sign_in import sign_in
from .start import lifetime_of, start_session
from .tokens import TokenSigner
from .types import Session


@strawberry.input
class SignUpInput:
    email: str
    password: str
    display_name: str
    phone_number: str | None = None
    birth_date: date | None = None
    gender: Gender | None = None
    preferred_language: str | None = None
    address: str | None = None
    role: Role = strawberry.field(default=Role.GUEST, description="GUEST or HOST. ADMIN is refused.")

    def to_row(self, region: str) -> tables.User:
        """Not yet to be stored: the password is still missing, and the rules have not seen it. `region` is as of
        `phone_of`.
        """
        return tables.User(
            email=email_of(self.email),
            password_hash="",
            display_name=self.display_name.strip(),
            phone_number=phone_of(self.phone_number, region),
            birth_date=self.birth_date,
            gender=self.gender.value if self.gender else None,
            preferred_language=self.preferred_language,
            address=self.address,
            role=self.role.value,
        )


@strawberry.input
class SignInInput:
    email: str
    password: str


@strawberry.type
class SessionsMutation:
    @strawberry.mutation
    async def sign_up(self, info: Info, input: SignUpInput) -> Session:  # noqa: A002 - the argument's name
        settings, resources = info.context.resources[Settings], info.context.resources
        user = input.to_row(settings.phone_region)
        ensure_sign_up(user, input.password, clock.today(settings.time_zone))
        user.password_hash = await resources[Passwords].hash(input.password)
        async with info.context.database.transaction() as session:
            await sign_up(session, user)
            await ask_to_verify(session, user.id)
            started = await start_session(session, resources[TokenSigner], user.id, lifetime_of(settings))
        return Session.from_started(started)

    @strawberry.mutation
    async def sign_in(self, info: Info, input: SignInInput) -> Session:  # noqa: A002 - the argument's name
        resources, email = info.context.resources, email_of(input.email)
        async with resources[Attempts].trying(email, info.context.client_address):
            async with info.context.database.reading() as session:
                user = await people.find_user_by_email(session, email)
            # Between two transactions: hashing takes long, and would hold a connection for nothing.
            checked = await resources[Passwords].check(user, input.password)
        async with info.context.database.transaction() as session:
            started = await sign_in(session, resources[TokenSigner], checked, lifetime_of(resources[Settings]))
        return Session.from_started(started)

    @strawberry.mutation(
        description="Trades a refresh token for a new session. Sent again within 30 seconds it gives the same "
        "successor; later, or once the successor was used, it ends every session of its family."
    )
    async def refresh_session(self, info: Info, refresh_token: str) -> Session:
        settings, signer = info.context.resources[Settings], info.context.resources[TokenSigner]
        grace = timedelta(seconds=settings.refresh_grace_seconds)
        async with info.context.database.transaction() as session:
            started = await refresh_session(session, signer, refresh_token, lifetime_of(settings), grace)
        if started is None:
            raise TokenReused
        return Session.from_started(started)

    @strawberry.mutation
    async def sign_out(self, info: Info, refresh_token: str) -> bool:
        async with info.context.database.transaction() as session:
            return await end_session(session, refresh_token)
