"""What each of a viewer's coupons would take off one order."""

from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import select

from chassis import clock
from chassis.errors import InvalidInput
from chassis.ids import uuid7
from chassis.testing import Answer, SubgraphUnderTest
from subgraphs.loyalty.coupons import store
from subgraphs.loyalty.coupons.award import award_coupons
from subgraphs.loyalty.coupons.rules import OwnedCoupon, ensure_amount, quote_for
from subgraphs.loyalty.coupons.tables import BenefitHold, Coupon, CouponKind, HoldState, UserCoupon
from subgraphs.loyalty.points.tables import EntryKind, PointAccount, PointEntry
from tests.loyalty.backoffice import ADMIN, revoke, text
from tests.loyalty.bookings import Booking, own_coupon
from tests.loyalty.coupons.rows import DAY, NOW, a_coupon, an_amount, owned

QUOTES = """query ($of: [_Any!]!, $amount: Decimal!) { _entities(representations: $of) { ... on Viewer {
    couponQuotes(amount: $amount) {
        userCoupon { id coupon { name } couponEvent { id } } discount { amount currency } maxPoints refusal } } } }"""


async def ask_quotes(subgraph: SubgraphUnderTest, viewer: UUID, amount: Any, *, by: UUID | None = None) -> Answer:
    of = [{"__typename": "Viewer", "id": str(viewer)}]
    return await subgraph.graphql(QUOTES, {"of": of, "amount": amount}, user=by or viewer)


async def quotes(subgraph: SubgraphUnderTest, viewer: UUID, amount: Any) -> list[tuple[str, Any, int, str | None]]:
    answer = await ask_quotes(subgraph, viewer, amount)
    assert answer.errors == []
    found = answer.data["_entities"][0]["couponQuotes"]
    assert {each["discount"]["currency"] for each in found} <= {"KRW"}
    return [
        (each["userCoupon"]["coupon"]["name"], each["discount"]["amount"], each["maxPoints"], each["refusal"])
        for each in found
    ]


async def test_usable_coupons_come_first_and_the_largest_discount_before_all(subgraph: SubgraphUnderTest) -> None:
    viewer, now = uuid7(), clock.now()
    by_name: dict[str, dict[str, Any]] = {
        "late": {"usableFrom": text(now + DAY)},
        "over": {"over": True},
        "small": {"minimumOrder": 100001},
        "large": {"maximumOrder": 99999},
        "held": {},
        "used": {},
        "revoked": {},
        "a tenth": {"minimumOrder": 100000, "maximumOrder": 100000},
        "twelve thousand": {"discount": {"kind": "AMOUNT", "amount": 12000}},
        "a half, capped": {"discount": {"kind": "PERCENTAGE", "percent": 50, "cap": 11000}},
        "more than all": {"discount": {"kind": "AMOUNT", "amount": 500000}},
    }
    mine = {name: await own_coupon(subgraph, viewer, name=name, **changes) for name, changes in by_name.items()}
    await own_coupon(subgraph, uuid7(), name="another's")
    await Booking(subgraph, viewer).hold(mine["held"])
    used = Booking(subgraph, viewer)
    await used.hold(mine["used"])
    await used.spend()
    await revoke(subgraph, mine["revoked"])
    found = await quotes(subgraph, viewer, 100000)
    assert found[:4] == [
        ("more than all", 100000, 0, None),
        ("twelve thousand", 12000, 0, None),
        ("a half, capped", 11000, 0, None),
        ("a tenth", 10000, 0, None),
    ]
    refused = {name: refusal for name, discount, points, refusal in found[4:] if (discount, points) == (0, 0)}
    assert refused == {
        "late": "NOT_YET",
        "over": "EXPIRED",
        "small": "BELOW_MINIMUM",
        "large": "ABOVE_MAXIMUM",
        "held": "HELD",
        "used": "USED",
        "revoked": "REVOKED",
    }
    # What may yet be used before what is past.
    assert {name for name, *_ in found[-3:]} == {"over", "used", "revoked"}
    assert await quotes(subgraph, viewer, 100000) == found


async def give_points(subgraph: SubgraphUnderTest, user_id: UUID, points: int) -> None:
    granted = {"number": 1, "kind": EntryKind.GRANT, "points": points, "balance_after": points, "description": "Sorry."}
    entry = PointEntry(user_id=user_id, created_at=NOW, **granted)
    async with subgraph.database.transaction() as session:
        session.add(PointAccount(user_id=user_id, balance=points, last_entry=1, created_at=NOW))
        await session.flush()
        session.add(entry)


async def test_points_can_pay_the_whole_units_that_are_left(subgraph: SubgraphUnderTest) -> None:
    viewer = uuid7()
    await own_coupon(subgraph, viewer, name="Ten percent")
    await give_points(subgraph, viewer, 5000)
    assert await quotes(subgraph, viewer, 3000) == [("Ten percent", 300, 2700, None)]
    assert await quotes(subgraph, viewer, 100000) == [("Ten percent", 10000, 5000, None)]
    assert await quotes(subgraph, viewer, "1e3") == [("Ten percent", 100, 900, None)]


async def test_equal_discounts_come_in_the_order_in_which_they_end(subgraph: SubgraphUnderTest) -> None:
    viewer, now = uuid7(), clock.now()
    for days in (3, 1, 2):
        await own_coupon(subgraph, viewer, name=f"{days}", usableUntil=text(now + days * DAY))
    assert [name for name, *_ in await quotes(subgraph, viewer, 5000)] == ["1", "2", "3"]


@pytest.mark.parametrize(
    ("amount", "code"),
    [
        (0, "OUT_OF_RANGE"),
        (-1, "OUT_OF_RANGE"),
        ("-0.001", "OUT_OF_RANGE"),
        ("1000000000000.1", "OUT_OF_RANGE"),
        ("1e27", "OUT_OF_RANGE"),
        ("999.9", "TOO_PRECISE"),
        ("0.1", "TOO_PRECISE"),
        ("1e-9", "TOO_PRECISE"),
    ],
)
async def test_an_amount_that_no_order_has_is_refused(subgraph: SubgraphUnderTest, amount: Any, code: str) -> None:
    answer = await ask_quotes(subgraph, uuid7(), amount)
    assert answer.codes == ["INVALID_INPUT"]
    assert answer.errors[0]["extensions"]["fields"] == [{"field": "amount", "code": code}]


def test_an_amount_is_as_fine_as_its_currency() -> None:
    for amount, currency in (("0.01", "USD"), ("0.001", "KWD"), ("1.00", "KRW")):
        ensure_amount(Decimal(amount), currency)
    with pytest.raises(InvalidInput):
        ensure_amount(Decimal("0.001"), "USD")


@pytest.mark.parametrize("amount", ["NaN", "Infinity", "1e999", "", None])
async def test_what_is_no_amount_is_refused(subgraph: SubgraphUnderTest, amount: Any) -> None:
    assert (await ask_quotes(subgraph, uuid7(), amount)).codes == ["INVALID_INPUT"]


async def test_nobody_sees_what_anothers_coupons_would_take_off(subgraph: SubgraphUnderTest) -> None:
    owner = uuid7()
    await own_coupon(subgraph, owner)
    assert (await ask_quotes(subgraph, owner, 1, by=uuid7())).data == {"_entities": [None]}


async def test_of_more_than_a_hundred_the_best_are_shown(subgraph: SubgraphUnderTest) -> None:
    viewer = uuid7()
    await own_coupon(subgraph, viewer)
    async with subgraph.database.transaction() as session:
        coupon_id = (await session.exec(select(Coupon.id))).one()
        await award_coupons(session, [one_of(coupon_id, viewer) for _ in range(120)])
    best = await own_coupon(subgraph, viewer, name="The best", discount={"kind": "AMOUNT", "amount": 99999})
    answer = await ask_quotes(subgraph, viewer, 100000)
    found = [each["userCoupon"]["id"] for each in answer.data["_entities"][0]["couponQuotes"]]
    assert (len(found), found[0], len(set(found))) == (100, str(best), 100)


def one_of(coupon_id: UUID, user_id: UUID, **changes: Any) -> UserCoupon:
    granted = {"granted_by": ADMIN, "grant_key": str(uuid7()), "grant_reason": "For the test."}
    return UserCoupon(user_id=user_id, coupon_id=coupon_id, issued_at=NOW, **granted | changes)


@pytest.mark.parametrize("currency", ["KRW", "USD", "KWD"])
async def test_the_order_said_in_sql_is_that_of_the_rules(subgraph: SubgraphUnderTest, currency: str) -> None:
    """Coupons of every kind, standing in every way, against orders around all their bounds."""
    random, viewer = Random(currency), uuid7()
    coupons = [any_coupon(random, currency) for _ in range(60)]
    async with subgraph.database.transaction() as session:
        session.add_all(coupons)
        await session.flush()
        theirs = [one_of(each.id, viewer) for each in coupons]
        await award_coupons(session, theirs)
        session.add_all(hold for each in theirs[::3] if (hold := any_hold(random, each)))
    await revoke(subgraph, theirs[1].id)
    for amount in map(Decimal, ("0", "0.99", "1", "49.999", "50", "50.01", "120", "99999.99")):
        async with subgraph.database.reading() as session:
            found = await store.coupons_to_quote(session, viewer, amount, currency, NOW)
        assert found == sorted(found, key=lambda each: rank(each, amount))
        assert len(found) == 60


def rank(each: OwnedCoupon, amount: Decimal) -> tuple[Any, ...]:
    quote = quote_for(each, amount, 0, NOW)
    past = quote.refusal in {"USED", "REVOKED", "EXPIRED"}
    return quote.refusal is not None, past, -quote.discount, each.coupon.usable_until, each.user_coupon.id


def any_coupon(random: Random, currency: str) -> Coupon:
    """One of few values each, so that they meet."""
    bounds = {
        "minimum_order": random.choice([None, None, None, Decimal("50.01")]),
        "maximum_order": random.choice([None, None, None, Decimal(100)]),
        "usable_from": NOW + random.choice([-3, -3, -3, 0, 3]) * DAY,
        "usable_until": NOW + random.choice([0, 4, 4, 5]) * DAY + 4 * DAY * random.choice([0, 1]),
        "currency": currency,
        "kind": CouponKind.UNLIMITED,
        "quantity": None,
    }
    bounds["usable_from"] = min(bounds["usable_from"], bounds["usable_until"] - DAY)
    if random.random() < 0.5:
        return an_amount(random.choice(["0.5", "1", "20", "1000"]), **bounds)
    cap = random.choice([None, Decimal(1), Decimal(20)])
    return a_coupon(percent=random.choice([1, 33, 50, 100]), cap=cap, **bounds)


def any_hold(random: Random, theirs: UserCoupon) -> BenefitHold | None:
    state = random.choice([None, HoldState.HELD, HoldState.SPENT, HoldState.GIVEN_BACK])
    return state and BenefitHold(
        booking_id=uuid7(),
        state=state,
        user_coupon_id=theirs.id,
        has_coupon=True,
        created_at=NOW,
        updated_at=NOW,
    )


@pytest.mark.parametrize(
    ("theirs", "amount", "balance", "discount", "points"),
    [
        (owned(a_coupon(percent=10)), "1000", 5000, "100", 900),
        (owned(a_coupon(percent=10)), "1000", 899, "100", 899),
        (owned(a_coupon(percent=100)), "1000", 5000, "1000", 0),
        (owned(a_coupon(percent=10, currency="USD")), "9.99", 50, "0.99", 9),
        (owned(a_coupon(percent=10, currency="KWD")), "9.999", 50, "0.999", 9),
        (owned(an_amount("0.5", currency="USD")), "0.99", 50, "0.5", 0),
        (owned(a_coupon(percent=10), revoked=True), "1000", 5000, "0", 1000),
        (owned(a_coupon(percent=10, minimum_order=Decimal(1001))), "1000", 400, "0", 400),
    ],
)
def test_what_is_refused_takes_nothing_off_and_points_pay_whole_units_only(
    theirs: OwnedCoupon, amount: str, balance: int, discount: str, points: int
) -> None:
    quote = quote_for(theirs, Decimal(amount), balance, NOW)
    assert (quote.discount, quote.max_points) == (Decimal(discount), points)
