"""Whoever asks straight at `_entities` sees what the graph's own fields would show them, in both faces."""

from typing import Any

import pytest

from chassis.roles import Role
from chassis.testing import Answer
from subgraphs.account.schema import admin, public
from tests.account.world import Person, World

PRIVATE = {
    "phoneNumber": "+821012345678",
    "birthDate": "1990-02-28",
    "gender": "FEMALE",
    "preferredLanguage": "en-GB",
    "address": "1 Beach Road",
}
SECRETS = ["mina@example.com", *PRIVATE.values()]
ASKERS: dict[str, Role | None] = {
    "nobody": None,
    "another guest": Role.GUEST,
    "another host": Role.HOST,
    "an administrator": Role.ADMIN,
    "herself": Role.GUEST,
}
REFERENCE = {
    ("public", "User"): "id displayName avatarUrl isHost joinedAt",
    ("public", "Viewer"): "id email emailVerified phoneNumber birthDate gender preferredLanguage address role",
    ("admin", "User"): "id displayName email phoneNumber birthDate gender preferredLanguage address role suspendedAt "
    "suspensionReason deletedAt createdAt updatedAt updatedBy { id }",
}
# Who sees the entity at all, and who sees what is private in it.
SEEN = {
    ("public", "User"): set(ASKERS),
    ("public", "Viewer"): {"herself"},
    ("admin", "User"): {"another host", "an administrator"},
}
SEEN_WHOLE = {("public", "User"): set(), ("public", "Viewer"): {"herself"}, ("admin", "User"): {"an administrator"}}


@pytest.fixture
async def mina(world: World) -> Person:
    return await world.sign_up("mina", **PRIVATE)


async def ask(world: World, mina: Person, asker: str, face: str, kind: str) -> Answer:
    role = ASKERS[asker]
    asking = mina if asker == "herself" else await world.sign_up("jun")
    signed: dict[str, Any] = {"user": asking.id, "role": role} if role else {}
    document = (
        f"query E($r: [_Any!]!) {{ _entities(representations: $r) {{ ... on {kind} {{ {REFERENCE[face, kind]} }} }} }}"
    )
    given = {"r": [{"__typename": kind, "id": str(mina.id), "email": "mina@example.com"}]}
    return await world.account.graphql(document, given, face=face, **signed)


@pytest.mark.parametrize("asker", ASKERS)
@pytest.mark.parametrize(("face", "kind"), REFERENCE)
async def test_an_entity_shows_each_what_is_theirs_to_see(
    world: World, mina: Person, asker: str, face: str, kind: str
) -> None:
    answer = await ask(world, mina, asker, face, kind)
    [entity] = answer.data["_entities"]
    assert (entity is not None) is (asker in SEEN[face, kind])
    if entity is not None:
        assert entity["id"] == str(mina.id)
    shown = [secret for secret in SECRETS if secret in str(answer)]
    assert shown == (SECRETS if asker in SEEN_WHOLE[face, kind] else [])


@pytest.mark.parametrize("asker", ASKERS)
async def test_the_roots_show_the_same(world: World, mina: Person, asker: str) -> None:
    role = ASKERS[asker]
    asking = mina if asker == "herself" else await world.sign_up("jun")
    signed: dict[str, Any] = {"user": asking.id, "role": role} if role else {}
    viewer = (await world.account.graphql(f"{{ viewer {{ {REFERENCE['public', 'Viewer']} }} }}", **signed)).data
    assert ("mina@example.com" in str(viewer)) is (asker == "herself")
    document = f"query U($id: ID!) {{ user(id: $id) {{ {REFERENCE['admin', 'User']} }} }}"
    answer = await world.account.graphql(document, {"id": str(mina.id)}, face="admin", **signed)
    assert ("mina@example.com" in str(answer)) is (asker == "an administrator")


async def test_many_viewers_asked_for_at_once_show_ones_own_alone(world: World, mina: Person) -> None:
    jun = await world.sign_up("jun")
    references = [{"__typename": "Viewer", "id": str(each.id)} for each in (mina, jun, mina)]
    document = "query E($r: [_Any!]!) { _entities(representations: $r) { ... on Viewer { email } } }"
    answer = await world.account.graphql(document, {"r": references}, user=jun.id)
    assert answer.data == {"_entities": [None, {"email": "jun@example.com"}, None]}


async def test_who_left_is_no_viewer_with_the_token_they_still_have(world: World) -> None:
    mina = await world.sign_up("mina")
    await world.execute("update users set deleted_at = now()")
    for document in ("{ viewer { email } }", "{ viewer { user { id } } }"):
        answer = await world.account.graphql(document, user=mina.id)
        assert (answer.data, answer.errors) == ({"viewer": None}, [])
    answer = await ask(world, mina, "herself", "public", "Viewer")
    assert answer.data == {"_entities": [None]}


def test_every_entity_of_both_faces_is_asked_for_here() -> None:
    entities = {
        (face, kind.name)
        for face, schema in (("public", public), ("admin", admin))
        for kind in schema._schema.type_map["_Entity"].types  # type: ignore[attr-defined]
    }
    assert entities == set(REFERENCE)
