"""What the database itself refuses, whoever asks: points out of nothing, below zero, or another history."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from chassis import clock
from chassis.ids import uuid7
from chassis.testing import SubgraphUnderTest
from tests.loyalty.bookings import Booking
from tests.loyalty.ledger import grant, history, standing

ENTRY = """INSERT INTO point_entries (id, user_id, number, kind, points, balance_after, description, created_at)
           VALUES (:id, :user, :number, :kind, :points, :after, 'Planted', :now)"""
MOVED = "UPDATE point_accounts SET last_entry = :number, balance = balance + :points WHERE user_id = :user"


async def say(subgraph: SubgraphUnderTest, *statements: str, **values: Any) -> None:
    async with subgraph.database.transaction() as session:
        for statement in statements:
            names = {name: value for name, value in values.items() if f":{name}" in statement}
            await session.execute(text(statement), names)


@pytest.fixture
async def person(subgraph: SubgraphUnderTest) -> UUID:
    """Who has 300 of 500 points left, and holds 100 more."""
    user = uuid7()
    await grant(subgraph, user, 500)
    spent, held = Booking(subgraph, user), Booking(subgraph, user)
    await spent.hold(None, points=100)
    await spent.spend()
    await held.hold(None, points=100)
    return user


@pytest.mark.parametrize(
    ("statement", "refusal"),
    [
        ("UPDATE point_accounts SET balance = -1, held = 401 WHERE user_id = :user", "ck_point_accounts_not_negative"),
        ("UPDATE point_accounts SET balance = 401, held = -1 WHERE user_id = :user", "ck_point_accounts_not_negative"),
        ("UPDATE point_accounts SET owed = -1 WHERE user_id = :user", "ck_point_accounts_not_negative"),
        ("UPDATE point_accounts SET balance = balance + 1 WHERE user_id = :user", "fk_point_accounts_last_entry"),
        ("UPDATE point_accounts SET last_entry = 1 WHERE user_id = :user", "fk_point_accounts_last_entry"),
        ("UPDATE point_accounts SET last_entry = 3 WHERE user_id = :user", "fk_point_accounts_last_entry"),
        ("UPDATE point_accounts SET last_entry = NULL WHERE user_id = :user", "nothing_without_an_entry"),
        ("DELETE FROM point_accounts WHERE user_id = :user", "fk_point_"),
        ("UPDATE point_lots SET remaining = -1 WHERE user_id = :user", "ck_point_lots_not_negative"),
        ("UPDATE point_lots SET held = -1 WHERE user_id = :user", "ck_point_lots_not_negative"),
        ("UPDATE point_lots SET remaining = 401 WHERE user_id = :user", "ck_point_lots_no_more_than_came"),
        ("UPDATE point_holds SET points = 0", "ck_point_holds_not_nothing"),
        ("UPDATE point_entries SET points = points + 1 WHERE user_id = :user", "in point_entries stands"),
        ("UPDATE point_entries SET description = 'Nicer' WHERE user_id = :user", "in point_entries stands"),
        ("DELETE FROM point_entries WHERE user_id = :user", "in point_entries stands"),
    ],
)
async def test_a_statement_that_falsifies_the_books_is_refused(
    subgraph: SubgraphUnderTest, person: UUID, statement: str, refusal: str
) -> None:
    before = await history(subgraph, person)
    with pytest.raises(IntegrityError, match=refusal):
        await say(subgraph, statement, user=person)
    assert (await standing(subgraph, person), await history(subgraph, person)) == ((300, 100), before)


@pytest.mark.parametrize(
    ("number", "kind", "points", "after", "refusal"),
    [
        # Two entries are there, and 400 is the sum after them.
        (3, "GRANT", 10, 411, "fk_point_entries_previous"),
        (3, "GRANT", 10, 10, "fk_point_entries_previous"),
        (4, "GRANT", 10, 410, "fk_point_entries_previous"),
        (2, "GRANT", 10, 410, "uq_point_entries_user_id_number"),
        (1, "GRANT", 10, 10, "uq_point_entries_user_id_number"),
        (0, "GRANT", 10, 10, "ck_point_entries_begins_at_nothing"),
        (3, "REVOKE", -401, -1, "ck_point_entries_not_negative"),
        (3, "GRANT", -10, 390, "ck_point_entries_signed"),
        (3, "SPEND", 10, 410, "ck_point_entries_signed"),
        (3, "EXPIRE", 0, 400, "ck_point_entries_signed"),
        # A proper entry, with an account that does not follow it.
        (3, "GRANT", 10, 410, "fk_point_accounts_last_entry"),
    ],
)
async def test_an_entry_that_does_not_go_on_from_the_last_one_is_refused(
    subgraph: SubgraphUnderTest, person: UUID, number: int, kind: str, points: int, after: int, refusal: str
) -> None:
    before = await history(subgraph, person)
    entry = {"id": uuid7(), "number": number, "kind": kind, "points": points, "after": after, "now": clock.now()}
    follow = "UPDATE point_accounts SET last_entry = :number WHERE user_id = :user"
    with pytest.raises(IntegrityError, match=refusal):
        await say(subgraph, ENTRY, follow, user=person, **entry)
    assert await history(subgraph, person) == before


async def test_an_account_begins_with_its_first_entry(subgraph: SubgraphUnderTest) -> None:
    person = uuid7()
    made = "INSERT INTO point_accounts (user_id, balance, held, owed, created_at) VALUES (:user, :points, 0, 0, :now)"
    with pytest.raises(IntegrityError, match="nothing_without_an_entry"):
        await say(subgraph, made, user=person, points=5, now=clock.now())
    entry = {"id": uuid7(), "number": 1, "kind": "GRANT", "now": clock.now()}
    await say(subgraph, made, user=person, points=0, now=clock.now())
    with pytest.raises(IntegrityError, match="ck_point_entries_begins_at_nothing"):
        await say(subgraph, ENTRY, MOVED, user=person, points=5, after=6, **entry)
    await say(subgraph, ENTRY, MOVED, user=person, points=5, after=5, **entry)


@pytest.mark.parametrize("kind", ["EARN", "SPEND", "RETURN"])
async def test_a_booking_earns_spends_and_returns_once(subgraph: SubgraphUnderTest, person: UUID, kind: str) -> None:
    sign = -1 if kind == "SPEND" else 1
    of_booking = ENTRY.replace("created_at)", "created_at, booking_id)").replace(":now)", ":now, :booking)")
    values = {"user": person, "kind": kind, "points": sign, "booking": uuid7(), "now": clock.now()}
    first, second = ({"number": 2 + at, "after": 400 + sign * at} for at in (1, 2))
    await say(subgraph, of_booking, MOVED, id=uuid7(), **first, **values)
    before = await history(subgraph, person, ensure=False)
    with pytest.raises(IntegrityError, match="uq_point_entries_booking_id_kind"):
        await say(subgraph, of_booking, MOVED, id=uuid7(), **second, **values)
    assert await history(subgraph, person, ensure=False) == before
