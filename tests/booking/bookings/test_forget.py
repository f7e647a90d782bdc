"""Who has left is in nobody's bookings any more, and the bookings stay."""

from typing import Any

from chassis.testing import SubgraphUnderTest
from tests.booking.bookings.test_admin import as_admin
from tests.booking.story import Story

SHOWN = """query ($id: ID!, $text: String!) {
    booking(id: $id) { code status guestName guestPhone specialRequests price { total { amount } } }
    bookings(filter: { text: $text }) { totalCount } }"""


async def shown(subgraph: SubgraphUnderTest, story: Story, text: str) -> dict[str, Any]:
    answer = await as_admin(subgraph, SHOWN, id=str(story.id), text=text)
    assert answer.errors == []
    return answer.data


async def test_what_guests_said_of_themselves_goes_with_their_account(subgraph: SubgraphUnderTest) -> None:
    said = {"guestName": "Kim Mina", "guestPhone": "010-1234-5678", "specialRequests": "A cot."}
    gone, other = await Story.begin(subgraph, **said), await Story.begin(subgraph, **said)
    for story in (gone, other):
        await story.come_to_confirmed()
    before = [await shown(subgraph, story, "Kim Mina") for story in (gone, other)]
    for _ in range(2):
        await subgraph.handle("account.user.deleted", {"user_id": gone.guest})
    after = [await shown(subgraph, story, "Kim Mina") for story in (gone, other)]
    nothing = {"guestName": "Former guest", "guestPhone": None, "specialRequests": None}
    assert [each["bookings"]["totalCount"] for each in (*before, *after)] == [2, 2, 1, 1]
    assert after[0]["booking"] == before[0]["booking"] | nothing
    assert after[1]["booking"] == before[1]["booking"]
    assert (await shown(subgraph, gone, "1234-5678"))["bookings"]["totalCount"] == 1
