"""The check of nights: it says what differs, its command exits with 1 then, and the job says so in the log."""

from typing import Any

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from chassis.testing import SubgraphUnderTest
from subgraphs.accommodation.check_books import check_books
from subgraphs.accommodation.jobs import check_nights
from subgraphs.accommodation.settings import Settings


@pytest.fixture
async def room_type(places: Any, ask: Any) -> Any:
    """Of its 5 rooms 2 are held for the nights of today and tomorrow, and 1 is sold for tomorrow."""
    room_type = await places.add_room(units=5, days=3)
    held, sold, gone = ask.hold(room_type.id, 0, 2, rooms=2), ask.hold(room_type.id, 1, 2), ask.hold(room_type.id, 0, 3)
    await ask("hold-nights", held, sold, gone)
    await ask.together(("confirm-hold", sold), ("release-hold", gone))
    return room_type


async def test_nights_that_agree_are_said_to_and_the_command_exits_with_0(
    accommodation: SubgraphUnderTest, room_type: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await check_books(accommodation.resources[Settings]) == 0
    assert capsys.readouterr().out == "nights that are wrong: 0, ratings: 0\n"
    with capture_logs() as logs:
        await check_nights(accommodation.database)
    assert logs == []


@pytest.mark.parametrize(
    ("statement", "ahead", "counted", "booked"),
    [
        ("UPDATE nights SET held = 1 WHERE date = CAST(:today AS date)", 0, "5 rooms 1 held and 0 sold", "2 and 0"),
        (
            "UPDATE nights SET held = 0 WHERE date = CAST(:today AS date)",
            0,
            "None rooms None held and None sold",
            "2 and 0",
        ),
        ("UPDATE nights SET sold = 1 WHERE date = CAST(:today AS date) + 2", 2, "5 rooms 0 held and 1 sold", "0 and 0"),
        ("UPDATE holds SET status = 'LAPSED' WHERE status = 'CONFIRMED'", 1, "5 rooms 2 held and 1 sold", "2 and 0"),
        ("UPDATE holds SET rooms = 3 WHERE status = 'CONFIRMED'", 1, "5 rooms 2 held and 1 sold", "2 and 3"),
        ("DELETE FROM nights WHERE date = CAST(:today AS date)", 0, "None rooms None held and None sold", "2 and 0"),
        (
            "UPDATE nights SET units = 2 WHERE date = CAST(:today AS date) + 1",
            1,
            "2 rooms 2 held and 1 sold",
            "2 and 1",
        ),
    ],
)
async def test_a_night_that_is_not_what_bookings_have_of_it_is_told(
    accommodation: SubgraphUnderTest,
    places: Any,
    room_type: Any,
    capsys: pytest.CaptureFixture[str],
    statement: str,
    ahead: int,
    counted: str,
    booked: str,
) -> None:
    async with accommodation.database.transaction() as session:
        await session.execute(text("ALTER TABLE nights DROP CONSTRAINT ck_nights_not_oversold"))
        given = {"today": places.today} if ":today" in statement else {}
        await session.execute(text(statement), given)
    try:
        said = f"{room_type.id} {places.day(ahead)}: of {counted}, by bookings {booked}"
        assert await check_books(accommodation.resources[Settings]) == 1
        assert capsys.readouterr().out == f"{said}\nnights that are wrong: 1, ratings: 0\n"
        with capture_logs() as logs:
            await check_nights(accommodation.database)
        assert [(each["event"], each["nights"]) for each in logs] == [("nights_wrong", [said])]
    finally:
        await accommodation.clear()
        async with accommodation.database.transaction() as session:
            check = "CHECK (held >= 0 AND sold >= 0 AND held + sold <= units)"
            await session.execute(text(f"ALTER TABLE nights ADD CONSTRAINT ck_nights_not_oversold {check}"))
