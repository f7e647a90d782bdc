"""People to act with, and what administrators do to them, through the graph."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import jwt
from sqlalchemy import text

from chassis.revocations import PolledRevocations
from chassis.roles import Role
from chassis.testing import Answer, SubgraphUnderTest

PASSWORD = "correct horse battery"
SIGN_UP = """
mutation SignUp($input: SignUpInput!) { signUp(input: $input) { accessToken refreshToken user { id } } }"""
SIGN_IN = "mutation SignIn($input: SignInInput!) { signIn(input: $input) { accessToken refreshToken role } }"
REFRESH = "mutation Refresh($token: String!) { refreshSession(refreshToken: $token) { accessToken refreshToken role } }"
UPDATE = "mutation Update($input: UpdateUserInput!) { updateUser(input: $input) { displayName phoneNumber role } }"
SUSPEND = """
mutation Suspend($id: ID!, $reason: String!) {
  suspendUser(userId: $id, reason: $reason) { suspendedAt suspensionReason updatedBy { id } } }"""
RESTORE = "mutation Restore($id: ID!) { restoreUser(userId: $id) { suspendedAt suspensionReason } }"


@dataclass(frozen=True)
class Person:
    id: UUID
    email: str
    access_token: str
    refresh_token: str

    @property
    def given_at(self) -> int:
        """Milliseconds."""
        said: int = jwt.decode(self.access_token, options={"verify_signature": False})["iat"]
        return said


@dataclass(frozen=True)
class Desk:
    """The back office, as an administrator uses it."""

    account: SubgraphUnderTest
    administrator: UUID

    async def ask(self, document: str, **variables: Any) -> Answer:
        return await self.account.graphql(document, variables, user=self.administrator, role=Role.ADMIN, face="admin")

    async def suspend(self, person: Person, reason: str = "fraud") -> Answer:
        return await self.ask(SUSPEND, id=str(person.id), reason=reason)

    async def restore(self, person: Person) -> Answer:
        return await self.ask(RESTORE, id=str(person.id))

    async def update(self, person: Person, **changed: Any) -> Answer:
        return await self.ask(UPDATE, input={"userId": str(person.id), **changed})


class World:
    """The service, and people made in it."""

    def __init__(self, account: SubgraphUnderTest) -> None:
        self.account = account

    async def sign_up(self, name: str = "mina", role: str = "GUEST", **given: Any) -> Person:
        """Somebody new; the role is given behind the service's back, as the operator's command does."""
        email = f"{name}@example.com"
        asked = {"email": email, "password": PASSWORD, "displayName": name.title(), **given}
        session = (await self.account.graphql(SIGN_UP, {"input": asked})).data["signUp"]
        person = Person(UUID(session["user"]["id"]), email, session["accessToken"], session["refreshToken"])
        if role != "GUEST":
            await self.execute("update users set role = :role where id = :id", role=role, id=person.id)
        return person

    async def desk(self) -> Desk:
        return Desk(self.account, (await self.sign_up("ada", "ADMIN")).id)

    async def sign_in(self, person: Person, password: str = PASSWORD) -> Answer:
        return await self.account.graphql(SIGN_IN, {"input": {"email": person.email, "password": password}})

    async def refresh(self, token: str) -> Answer:
        return await self.account.graphql(REFRESH, {"token": token})

    async def viewer(self, token: str) -> Answer:
        return await self.account.graphql("{ viewer { id role } }", token=token)

    async def look(self) -> None:
        """What every process does each 20 seconds."""
        assert await self.account.resources[PolledRevocations].look()

    async def row(self, person: Person) -> dict[str, Any]:
        async with self.account.database.reading() as session:
            found = await session.execute(text("select * from users where id = :id"), {"id": person.id})
            return dict(found.mappings().one())

    async def execute(self, statement: str, **values: Any) -> None:
        async with self.account.database.transaction() as session:
            await session.execute(text(statement), values)

    async def said(self) -> list[tuple[str, str]]:
        """What the world has heard, with the role that came with it."""
        return [(each.name, each.payload["role"]) for each in await self.account.published()]
