"""People in the back office: administrators see all of them, hosts a name, nobody else anything."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import event, text

from chassis.roles import Role
from chassis.testing import Answer, SubgraphUnderTest

SIGN_UP = """
mutation SignUp($email: String!, $name: String!, $role: Role!) {
  signUp(input: {email: $email, password: "correct horse battery", displayName: $name, role: $role}) { user { id } }
}"""
USERS = """
query Users($filter: UserFilter! = {}, $orderBy: UserOrder! = CREATED_AT_DESC, $first: Int! = 20, $after: String) {
  users(filter: $filter, orderBy: $orderBy, first: $first, after: $after) {
    nodes { email } totalCount pageInfo { hasNextPage endCursor }
  }
}"""
ENTITY = """
query Entity($representations: [_Any!]!) {
  _entities(representations: $representations) { ... on User { displayName email } } }"""
ADMINISTRATOR = uuid4()


@pytest.fixture
async def people(account: SubgraphUnderTest) -> dict[str, UUID]:
    given = [
        ("mina@example.com", "Mina", "GUEST"),
        ("jun@example.com", "Jun 100%", "HOST"),
        ("ari@example.com", "Ari", "GUEST"),
    ]
    made = {}
    for email, name, role in given:
        answer = await account.graphql(SIGN_UP, {"email": email, "name": name, "role": role})
        made[email.partition("@")[0]] = UUID(answer.data["signUp"]["user"]["id"])
    return made


async def users(account: SubgraphUnderTest, **variables: Any) -> Answer:
    return await account.graphql(USERS, variables, user=ADMINISTRATOR, role=Role.ADMIN, face="admin")


def emails(answer: Answer) -> list[str]:
    return [node["email"].partition("@")[0] for node in answer.data["users"]["nodes"]]


async def test_administrators_see_everybody_the_newest_first(
    account: SubgraphUnderTest, people: dict[str, UUID]
) -> None:
    answer = await users(account)
    assert emails(answer) == ["ari", "jun", "mina"]
    assert answer.data["users"]["totalCount"] == 3


@pytest.mark.parametrize(
    ("criteria", "found"),
    [
        ({"text": "MINA"}, ["mina"]),
        ({"text": "100%"}, ["jun"]),
        ({"text": "%"}, ["jun"]),
        ({"text": "EXAMPLE jun"}, ["jun"]),
        ({"text": "mina jun"}, []),
        ({"text": "  "}, ["ari", "jun", "mina"]),
        ({"roles": ["GUEST"]}, ["ari", "mina"]),
        ({"roles": []}, []),
        ({"suspended": True}, ["ari"]),
        ({"suspended": False}, ["jun", "mina"]),
        ({"createdFrom": "2999-01-01T00:00:00Z"}, []),
        ({"createdTo": "2999-01-01T00:00:00Z", "text": "ari"}, ["ari"]),
    ],
)
async def test_people_are_found_by(
    account: SubgraphUnderTest, people: dict[str, UUID], criteria: dict[str, Any], found: list[str]
) -> None:
    async with account.database.transaction() as session:
        await session.execute(text("update users set suspended_at = now() where email = 'ari@example.com'"))
    assert emails(await users(account, filter=criteria)) == found


async def test_people_are_found_by_a_number_however_typed(account: SubgraphUnderTest, people: dict[str, UUID]) -> None:
    async with account.database.transaction() as session:
        for name, number in (("mina", "+821012345678"), ("jun", "+47 22-98 76.54"), ("ari", "010-777 1234")):
            given = {"email": f"{name}@example.com", "number": number}
            await session.execute(text("update users set phone_number = :number where email = :email"), given)
    for typed, found in {
        "010-1234": ["mina"],
        "01012345678": ["mina"],
        "+82 (0)10-1234-5678": ["mina"],
        "0082 10 1234": ["mina"],
        "34 56": ["mina"],
        "010 1234 mina": ["mina"],
        "010 1234 jun": [],
        # As they were typed before there was one way to write them: so, and by their digits.
        "22-98 76": ["jun"],
        "+4722987654": ["jun"],
        "2298": ["jun"],
        "010-777 1234": ["ari"],
        "0107771234": ["ari"],
        "1234": ["ari", "mina"],
        "010 9999": [],
    }.items():
        assert emails(await users(account, filter={"text": typed})) == found, typed


async def test_a_number_is_found_by_the_index(account: SubgraphUnderTest) -> None:
    sent: list[tuple[str, Any]] = []
    engine = account.database.engine
    event.listen(engine.sync_engine, "before_cursor_execute", lambda *given: sent.append(given[2:4]))
    document = "query ($filter: UserFilter!) { users(filter: $filter) { nodes { id } } }"
    asked = {"filter": {"text": "010-1234"}}
    found = await account.graphql(document, asked, user=ADMINISTRATOR, role=Role.ADMIN, face="admin")
    assert found.data == {"users": {"nodes": []}}
    async with engine.connect() as connection:
        # Of the few rows there are it would rather read all.
        await connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        await connection.exec_driver_sql("SET LOCAL enable_indexscan = off")
        plan = await connection.exec_driver_sql(f"EXPLAIN {sent[0][0]}", sent[0][1])
        # The number as it was typed, its digits, and all from the country code on.
        assert "\n".join(plan.scalars()).count("Bitmap Index Scan on ix_users_searched") == 3


@pytest.mark.parametrize("sought", ["\0", "t" * 201])
async def test_what_can_not_be_looked_for_is_refused(account: SubgraphUnderTest, sought: str) -> None:
    answer = await users(account, filter={"text": sought})
    assert answer.codes == ["INVALID_INPUT"]
    assert answer.errors[0]["extensions"]["fields"][0]["field"] == "filter.text"


async def test_those_who_left_are_found_only_when_asked_for(
    account: SubgraphUnderTest, people: dict[str, UUID]
) -> None:
    async with account.database.transaction() as session:
        await session.execute(text("update users set deleted_at = now() where email = 'ari@example.com'"))
    assert emails(await users(account)) == ["jun", "mina"]
    left = await users(account, filter={"deleted": True})
    assert (left.data["users"]["nodes"], left.data["users"]["totalCount"]) == ([{"email": None}], 1)


async def test_the_second_page_goes_on_where_the_first_ended(
    account: SubgraphUnderTest, people: dict[str, UUID]
) -> None:
    first = await users(account, orderBy="EMAIL_ASC", first=2)
    assert (emails(first), first.data["users"]["pageInfo"]["hasNextPage"]) == (["ari", "jun"], True)
    second = await users(account, orderBy="EMAIL_ASC", first=2, after=first.data["users"]["pageInfo"]["endCursor"])
    assert (emails(second), second.data["users"]["pageInfo"]["hasNextPage"]) == (["mina"], False)


@pytest.mark.parametrize(
    ("role", "code"), [(None, "UNAUTHENTICATED"), (Role.GUEST, "FORBIDDEN"), (Role.HOST, "FORBIDDEN")]
)
@pytest.mark.parametrize("field", ["users { totalCount }", 'user(id: "%s") { id }'])
async def test_nobody_else_asks_for_people(
    account: SubgraphUnderTest, people: dict[str, UUID], role: Role | None, code: str, field: str
) -> None:
    document = "{ " + (field % people["mina"] if "%s" in field else field) + " }"
    asking = {"user": people["jun"], "role": role} if role else {}
    answer = await account.graphql(document, face="admin", **asking)
    assert answer.codes == [code]
    assert "Mina" not in str(answer)


async def test_a_host_sees_a_guests_name_and_no_more(account: SubgraphUnderTest, people: dict[str, UUID]) -> None:
    asked = {"representations": [{"__typename": "User", "id": str(people["mina"])}]}
    answer = await account.graphql(ENTITY, asked, user=people["jun"], role=Role.HOST, face="admin")
    assert answer.codes == ["FORBIDDEN"]
    assert answer.data == {"_entities": [{"displayName": "Mina", "email": None}]}


async def test_a_guest_sees_nobody_in_the_back_office(account: SubgraphUnderTest, people: dict[str, UUID]) -> None:
    asked = {"representations": [{"__typename": "User", "id": str(people["mina"])}]}
    answer = await account.graphql(ENTITY, asked, user=people["ari"], role=Role.GUEST, face="admin")
    assert answer.data == {"_entities": [None]}


async def test_me_is_who_is_signed_in(account: SubgraphUnderTest, people: dict[str, UUID]) -> None:
    answer = await account.graphql("{ me { displayName } }", user=people["jun"], role=Role.HOST, face="admin")
    assert answer.data == {"me": {"displayName": "Jun 100%"}}
    assert (await account.graphql("{ me { displayName } }", face="admin")).codes == ["UNAUTHENTICATED"]
