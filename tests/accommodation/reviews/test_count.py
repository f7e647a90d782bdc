"""The checker of ratings notices what nobody should be able to do."""

from typing import Any

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from chassis.testing import SubgraphUnderTest
from subgraphs.accommodation.check_books import check_books
from subgraphs.accommodation.jobs import check_ratings
from subgraphs.accommodation.settings import Settings
from tests.accommodation.reviews.guests import Guest


async def test_a_count_that_is_not_that_of_the_reviews_is_told(
    accommodation: SubgraphUnderTest, places: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    room_type, other, third = [await places.add_room() for _ in range(3)]
    for each in (room_type, other):
        await Guest(accommodation).review(each)
    with capture_logs() as logs:
        await check_ratings(accommodation.database)
    assert logs == []
    wrong = {"review_count = 2, rating_sum = 8": room_type, "rating_sum = 5": other}
    wrong["review_count = 1, rating_sum = 1"] = third
    async with accommodation.database.transaction() as session:
        for change, of in wrong.items():
            await session.execute(text(f"UPDATE accommodations SET {change} WHERE id = '{of.accommodation_id}'"))
        await session.execute(text("UPDATE accommodations SET deleted_at = now() WHERE review_count = 2"))
    with capture_logs() as logs:
        await check_ratings(accommodation.database)
    expected = sorted(str(each.accommodation_id) for each in wrong.values())
    assert [(each["event"], each["accommodation_ids"]) for each in logs] == [("ratings_miscounted", expected)]
    assert await check_books(accommodation.resources[Settings]) == 1
    told = [f"the rating of {each} is not that of its reviews" for each in expected]
    assert capsys.readouterr().out.splitlines() == [*told, "nights that are wrong: 0, ratings: 3"]
