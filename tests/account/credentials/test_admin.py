"""Nobody but administrators does anything to others, whatever they hold in their hands."""

import pytest

from chassis.roles import Role
from subgraphs.account.schema import admin
from tests.account.world import Person, World

MUTATIONS = {
    "updateUser": 'updateUser(input: {userId: "%s", role: HOST}) { id }',
    "suspendUser": 'suspendUser(userId: "%s", reason: "x") { id }',
    "restoreUser": 'restoreUser(userId: "%s") { id }',
    "deleteUser": 'deleteUser(userId: "%s") { id }',
}


@pytest.fixture
async def mina(world: World) -> Person:
    return await world.sign_up("mina")


@pytest.mark.parametrize(
    ("role", "code"), [(None, "UNAUTHENTICATED"), (Role.GUEST, "FORBIDDEN"), (Role.HOST, "FORBIDDEN")]
)
@pytest.mark.parametrize("mutation", MUTATIONS)
@pytest.mark.parametrize("whose", ["another's", "one's own"])
async def test_it_is_refused(
    world: World, mina: Person, role: Role | None, code: str, mutation: str, whose: str
) -> None:
    asking = (await world.sign_up("jun", role.value if role else "GUEST")) if whose == "another's" else mina
    before, said = await world.row(mina), await world.said()
    document = f"mutation {{ {MUTATIONS[mutation] % mina.id} }}"
    signed = {"user": asking.id, "role": role} if role else {}
    assert (await world.account.graphql(document, face="admin", **signed)).codes == [code]  # type: ignore[arg-type]
    assert await world.row(mina) == before
    assert await world.said() == said


@pytest.mark.parametrize("mutation", MUTATIONS)
async def test_the_guests_graph_has_none_of_it(world: World, mina: Person, mutation: str) -> None:
    document = f"mutation {{ {MUTATIONS[mutation] % mina.id} }}"
    answer = await world.account.graphql(document, user=mina.id, role=Role.ADMIN)
    assert answer.codes == ["GRAPHQL_VALIDATION_FAILED"]


def test_every_mutation_of_the_back_office_is_tried_here() -> None:
    assert set(admin._schema.mutation_type.fields) == set(MUTATIONS)  # type: ignore[union-attr]
