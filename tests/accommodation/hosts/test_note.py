"""Who hosts, as account says, and on whose behalf places are created."""

from datetime import timedelta

import pytest

from chassis import clock
from chassis.ids import uuid7
from chassis.testing import SubgraphUnderTest
from subgraphs.accommodation.hosts.note import note_role
from tests.accommodation.backoffice import CREATE, Person, a_place, account_says

COUNT = "{ accommodations { totalCount } }"


@pytest.mark.parametrize(
    "story",
    [
        [],
        [("registered", "GUEST")],
        [("registered", "HOST"), ("changed", "GUEST")],
        [("registered", "GUEST"), ("changed", "HOST"), ("deleted", "HOST")],
    ],
)
async def test_on_behalf_of_nobody_who_hosts_nothing_is_created(
    accommodation: SubgraphUnderTest, administrator: Person, story: list[tuple[str, str]]
) -> None:
    somebody = uuid7()
    for what, role in story:
        await account_says(accommodation, what, somebody, role)
    answer = await administrator.ask(CREATE, input=a_place(hostId=str(somebody)))
    assert answer.codes == ["INVALID_INPUT"]
    assert answer.errors[0]["extensions"]["fields"] == [{"field": "hostId", "code": "NOT_A_HOST"}]
    assert await administrator.get(COUNT) == {"totalCount": 0}


async def test_what_account_said_before_undoes_nothing_of_what_it_said_later(
    accommodation: SubgraphUnderTest, administrator: Person
) -> None:
    guest, host, now = uuid7(), uuid7(), clock.now()
    for person, role, at in [
        (guest, "HOST", now),
        (guest, "GUEST", now + timedelta(minutes=2)),
        (host, "HOST", now + timedelta(minutes=2)),
        (host, "GUEST", now + timedelta(minutes=1)),
        (host, "HOST", now),
    ]:
        async with accommodation.database.transaction() as session:
            await note_role(session, person, role, at)
    await administrator.create(hostId=str(host))
    answer = await administrator.ask(CREATE, input=a_place(hostId=str(guest)))
    assert answer.codes == ["INVALID_INPUT"]
