"""Every root field and entity of account has a budget of SQL statements, however many people it shows.

The fields are read from the schemas: one that has no budget here, or takes another number than it is given, fails.
"""

from dataclasses import dataclass
from typing import Any

import pytest

from chassis.roles import Role
from subgraphs.account.schema import admin, public
from tests.account.mailroom import Mailroom, Moody
from tests.account.world import PASSWORD, Desk, Person, World

NEW = "another horse battery"
VIEWER = "{ id user { id displayName isHost } email emailVerified phoneNumber role }"
SESSION = "{ accessToken refreshToken role user { id displayName } }"
PUBLIC = "{ id displayName isHost joinedAt }"
USER = "{ id displayName email role suspendedAt createdAt updatedBy { id displayName role } }"
UPDATE = '(input: { userId: $id, displayName: "M", role: HOST })'
REFRESH = "(refreshToken: $token)"
CHANGE = f'(currentPassword: "{NEW}", newPassword: "{PASSWORD}")'

QUERIES = {
    "public Query.viewer": (VIEWER, 1),
    "public Query.user": (f"(id: $id) {PUBLIC}", 1),
    "admin Query.me": (USER, 1),
    # Those who changed them are one more, and the count of a page.
    "admin Query.user": (f"(id: $id) {USER}", 2),
    "admin Query.users": (f"(first: $first) {{ totalCount nodes {USER} }}", 3),
}
# In an order in which each finds what it needs.
MUTATIONS = {
    # Store the person, what the world is to hear, and a mail; then as every session: lock them, read the clock, store.
    "public Mutation.signUp": (
        f'(input: {{ email: "n@example.com", password: "{NEW}", displayName: "N" }}) {SESSION}',
        6,
    ),
    # Find, look again before a session begins.
    "public Mutation.signIn": (f'(input: {{ email: "mina@example.com", password: "{PASSWORD}" }}) {SESSION}', 5),
    # Find, lock the person and the token, use it up, store the next.
    "public Mutation.refreshSession": (f"{REFRESH} {SESSION}", 7),
    "public Mutation.signOut": (REFRESH, 4),
    # Lock, write, say.
    "public Mutation.updateProfile": (f'(input: {{ displayName: "Changed" }}) {VIEWER}', 3),
    # Find, lock the person and the token, write, use up all of its kind.
    "public Mutation.verifyEmail": (REFRESH.replace("refreshToken", "token"), 5),
    # The same for known and unknown.
    "public Mutation.requestPasswordReset": ('(email: "mina@example.com")', 1),
    # Look before hashing; as above; the new password, its revocation, the end of every session, a new one.
    "public Mutation.resetPassword": (f'(token: $token, newPassword: "{NEW}") {SESSION}', 12),
    "public Mutation.changePassword": (f"{CHANGE} {SESSION}", 9),
    # Find, lock, write, a mail.
    "public Mutation.changeEmail": (f'(currentPassword: "{PASSWORD}", newEmail: "m@example.com") {VIEWER}', 4),
    # Lock, write, read the clock, revoke, say.
    "public Mutation.becomeHost": (VIEWER, 5),
    # Find, lock with all administrators, look for bookings; revoke, end sessions, forget mails, say, clear.
    "public Mutation.deleteAccount": (f'(password: "{PASSWORD}")', 10),
    # Lock with all administrators, find, write, read the clock, revoke, say; by whom it was changed.
    "admin Mutation.updateUser": (f"{UPDATE} {USER}", 7),
    "admin Mutation.suspendUser": (f'(userId: $id, reason: "x") {USER}', 7),
    "admin Mutation.restoreUser": (f"(userId: $id) {USER}", 4),
    "admin Mutation.deleteUser": (f"(userId: $id) {USER}", 10),
}
ENTITIES = {"public User": (PUBLIC, 1), "public Viewer": (VIEWER, 1), "admin User": (USER, 2)}


def test_every_root_field_and_entity_has_a_budget() -> None:
    for face, schema in (("public", public), ("admin", admin)):
        graph: Any = schema._schema
        roots = [each for each in (graph.query_type, graph.mutation_type, graph.subscription_type) if each]
        fields = {f"{face} {root.name}.{name}" for root in roots for name in root.fields if not name.startswith("_")}
        assert fields == {name for name in QUERIES | MUTATIONS if name.startswith(face)}
        kept = {f"{face} {each.name}" for each in graph.type_map["_Entity"].types}
        assert kept == {name for name in ENTITIES if name.startswith(face)}


@dataclass(frozen=True)
class People:
    """Two whom an administrator has changed, and what is asked about them."""

    world: World
    desk: Desk
    mina: Person
    jun: Person

    async def took(self, name: str, asked: str, **given: Any) -> int:
        """The statements of a root field as one of those asks who may."""
        face, root, field = name.replace(".", " ").split()
        kinds = {"id": "ID!", "first": "Int!", "token": "String!", "of": "[_Any!]!"}
        declared = ", ".join(f"${each}: {kind}" for each, kind in kinds.items() if f"${each}" in asked)
        document = f"{root.lower()}{f' ({declared})' if declared else ''} {{ {field}{asked} }}"
        administrator: dict[str, Any] = {"user": self.desk.administrator, "role": Role.ADMIN}
        who = administrator if face == "admin" else {"user": self.mina.id}
        account, variables = self.world.account, {"id": str(self.jun.id), **given}
        account.sql.clear()
        used = {each: value for each, value in variables.items() if f"${each}" in asked}
        answer = await account.graphql(document, used, face=face, **who)
        assert answer.errors == [], answer.errors
        return len(account.sql)


@pytest.fixture
async def people(world: World, desk: Desk) -> People:
    mina, jun = await world.sign_up("mina"), await world.sign_up("jun")
    for person in (mina, jun):
        await desk.update(person, phoneNumber="+82-10-1234-5678")
    return People(world, desk, mina, jun)


async def test_what_is_asked_keeps_to_its_budget(people: People) -> None:
    took = {
        (name, first): await people.took(name, asked, first=first)
        for name, (asked, _) in QUERIES.items()
        for first in (1, 3)
    }
    assert took == {(name, first): budget for name, (_, budget) in QUERIES.items() for first in (1, 3)}


async def test_an_entity_keeps_to_its_budget(people: People) -> None:
    for name, (fields, budget) in ENTITIES.items():
        face, kind = name.split()
        of = [{"__typename": kind, "id": str(each.id)} for each in (people.mina, people.jun)]
        asked = f"(representations: $of) {{ ... on {kind} {fields} }}"
        took = [await people.took(f"{face} Query._entities", asked, of=some) for some in (of, of[:1])]
        assert (name, took) == (name, [budget, budget])


async def test_what_is_done_keeps_to_its_budget(people: People, mailroom: Mailroom, postman: Moody) -> None:
    tokens = {"refreshSession": people.mina.refresh_token, "signOut": people.jun.refresh_token}
    took = {}
    for name, (asked, _) in MUTATIONS.items():
        field = name.rpartition(".")[2]
        mailed = field in {"verifyEmail", "resetPassword"}
        token = await mailroom.token(people.mina.email) if mailed else tokens.get(field)
        took[name] = await people.took(name, asked, token=token)
    assert took == {name: budget for name, (_, budget) in MUTATIONS.items()}
