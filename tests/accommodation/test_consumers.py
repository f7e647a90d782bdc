"""What accommodation does about people who leave."""

from typing import Any

from chassis.ids import uuid7
from chassis.testing import SubgraphUnderTest
from tests.accommodation.reviews.guests import Guest
from tests.accommodation.wishlist.test_mutations import ADD, wishlist

BOOKABLE = "query ($id: ID!) { accommodation(id: $id) { bookable } }"


async def test_places_of_a_host_who_left_are_withdrawn_and_a_persons_wishes_forgotten(
    accommodation: SubgraphUnderTest, places: Any
) -> None:
    gone, other = uuid7(), Guest(accommodation)
    own = [await places.add(host_id=gone), await places.add(host_id=gone)]
    kept = await places.add()
    for guest in (Guest(accommodation, gone), other):
        await guest.get(ADD, id=str(kept.id))
    for _ in range(2):
        await accommodation.handle("account.user.deleted", {"user_id": gone})
    for place, bookable in ((own[0], False), (own[1], False), (kept, True)):
        answer = await accommodation.graphql(BOOKABLE, {"id": str(place.id)})
        assert answer.data == {"accommodation": {"bookable": bookable}}
    said = [(each.name, each.key) for each in await accommodation.published()]
    withdrawn = "accommodation.accommodation.withdrawn"
    assert sorted(said) == sorted((withdrawn, str(place.id)) for place in own)
    assert await wishlist(Guest(accommodation, gone)) == []
    assert await wishlist(other) == ["Blue House"]
