"""The check of the books: it says what differs, and its command exits with 1 then."""

import asyncio
import os
import sys
from uuid import UUID

import pytest
from sqlalchemy import text

from chassis.ids import uuid7
from chassis.testing import SubgraphUnderTest
from stack.layout import ROOT
from subgraphs.loyalty import check_points
from subgraphs.loyalty.points import check
from subgraphs.loyalty.settings import Settings
from tests.loyalty.bookings import Booking
from tests.loyalty.ledger import differences, grant


@pytest.fixture
async def person(subgraph: SubgraphUnderTest) -> UUID:
    """Who has 350 of 500 points, and holds 100 of them."""
    user = uuid7()
    await grant(subgraph, user, 500)
    spent, held = Booking(subgraph, user), Booking(subgraph, user)
    await spent.hold(None, points=150)
    await spent.spend()
    await held.hold(None, points=100)
    return user


async def falsify(subgraph: SubgraphUnderTest, statement: str, user: UUID) -> None:
    """Without the constraints that tie account and entries, as after a repair by a hand that slipped."""
    untied = "ALTER TABLE point_accounts DISABLE TRIGGER ALL; ALTER TABLE point_entries DISABLE TRIGGER ALL"
    async with subgraph.database.transaction() as session:
        for each in untied.split(";"):
            await session.execute(text(each))
        await session.execute(text(statement), {"user": user})
        for each in untied.replace("DISABLE", "ENABLE").split(";"):
            await session.execute(text(each))


async def command(subgraph: SubgraphUnderTest) -> int:
    return await check_points.check_points(subgraph.resources[Settings])


async def test_books_that_agree_are_said_to_and_the_command_exits_with_0(
    subgraph: SubgraphUnderTest, person: UUID, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await differences(subgraph) == {}
    assert await command(subgraph) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "1 accounts, 0 of which differ"


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        (
            "UPDATE point_accounts SET balance = balance + 1 WHERE user_id = :user",
            [
                "sum of the entries 350, balance and held 351",
                "sum after the last entry 350, balance and held 351",
                "left in lots 250, balance 251",
            ],
        ),
        (
            "UPDATE point_accounts SET balance = balance + 1, held = held - 1 WHERE user_id = :user",
            ["left in lots 250, balance 251", "held in lots 100, held 99", "held by bookings 100, held 99"],
        ),
        (
            "UPDATE point_entries SET points = points + 1 WHERE number = 2 AND user_id = :user",
            ["sum of the entries 351, balance and held 350"],
        ),
        (
            "DELETE FROM point_entries WHERE number = 1 AND user_id = :user",
            ["sum of the entries -150, balance and held 350", "number of entries 1, number of the last 2"],
        ),
        (
            "UPDATE point_accounts SET last_entry = 1 WHERE user_id = :user",
            [
                "sum after the last entry 500, balance and held 350",
                "number of entries 2, number of the last 1",
            ],
        ),
        (
            "UPDATE point_lots SET remaining = remaining + 1 WHERE user_id = :user",
            ["left in lots 251, balance 250"],
        ),
        (
            "UPDATE point_lots SET held = held + 1 WHERE user_id = :user",
            ["held in lots 101, held 100", "lots held otherwise than by bookings 1, none 0"],
        ),
        (
            "UPDATE point_holds SET spent = true WHERE NOT spent AND :user IS NOT NULL",
            ["held by bookings 0, held 100", "lots held otherwise than by bookings 1, none 0"],
        ),
    ],
)
async def test_books_that_differ_are_found(
    subgraph: SubgraphUnderTest, person: UUID, capsys: pytest.CaptureFixture[str], statement: str, said: list[str]
) -> None:
    await grant(subgraph, uuid7(), 5)
    await falsify(subgraph, statement.replace(":user IS", "CAST(:user AS uuid) IS"), person)
    assert await differences(subgraph) == {person: said}
    assert await command(subgraph) == 1
    expected = [*(f"{person}: {each}" for each in said), "2 accounts, 1 of which differ"]
    assert capsys.readouterr().out.splitlines()[-len(expected) :] == expected


async def test_accounts_are_checked_a_batch_at_a_time_and_none_is_left_out(
    subgraph: SubgraphUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check, "AT_ONCE", 3)
    people = [uuid7() for _ in range(7)]
    for user in people:
        await grant(subgraph, user, 5)
    assert [user async for user, _ in check.check_books(subgraph.database)] == sorted(people)


async def test_the_command_needs_nothing_but_the_database(subgraph: SubgraphUnderTest, person: UUID) -> None:
    assert person
    settings = subgraph.resources[Settings]
    told = {
        "PATH": os.environ["PATH"],
        "DATABASE_URL": settings.database_url.get_secret_value(),
        "DATABASE_PREFIX": settings.database_prefix,
    }
    words = [sys.executable, "-m", "subgraphs.loyalty.check_points"]
    command = await asyncio.create_subprocess_exec(*words, cwd=ROOT, env=told, stdout=asyncio.subprocess.PIPE)
    said, _ = await command.communicate()
    assert (command.returncode, said.decode()) == (0, "1 accounts, 0 of which differ\n")
