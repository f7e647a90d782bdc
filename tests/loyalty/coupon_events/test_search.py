"""Events are found by how they stand, by words and by time: what SQL says of one is what the rules say."""

from datetime import timedelta
from itertools import product
from typing import Any

import pytest

from chassis import clock
from chassis.testing import SubgraphUnderTest
from subgraphs.loyalty.coupon_events import store
from subgraphs.loyalty.coupon_events.rules import CouponEventStatus, status_of
from subgraphs.loyalty.coupon_events.tables import CouponEvent
from tests.loyalty.backoffice import ask, create_coupon, create_event

NOW = clock.now()
HOUR, A_MOMENT = timedelta(hours=1), timedelta(microseconds=1)
PUBLIC = "query ($filter: CouponEventFilter!) { couponEvents(filter: $filter) { nodes { name } } }"


async def test_sql_finds_an_event_under_the_status_the_rules_say_it_has(subgraph: SubgraphUnderTest) -> None:
    coupon = await create_coupon(subgraph, kind="UNLIMITED", quantity=None)
    marks = product((None, NOW), (None, NOW), (None, NOW))
    rows = [
        CouponEvent(
            coupon_id=coupon,
            name="x",
            description="",
            opens_at=NOW,
            closes_at=NOW + HOUR,
            closed_at=closed,
            sold_out_at=sold_out,
            settled_at=settled,
        )
        for closed, sold_out, settled in marks
    ]
    async with subgraph.database.transaction() as session:
        session.add_all(rows)
    instants = [NOW + at + by for at in (timedelta(0), HOUR) for by in (-A_MOMENT, timedelta(0), A_MOMENT)]
    for at, status in product(instants, CouponEventStatus):
        async with subgraph.database.reading() as session:
            found = await store.page_of_events(
                session,
                store.stands_as([status], at),
                order=store.CouponEventOrder.OPENS_AT_ASC,
                first=100,
                after=None,
                count=False,
            )
        expected = {row.id for row in rows if status_of(row, None, at) is status}
        assert {row.id for row in found.rows} == expected, (at, status)


@pytest.mark.parametrize("face", ["public", "admin"])
@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("SUMMER", ["Summer 100%"]),
        ("00%", ["Summer 100%"]),
        ("100_", []),
        ("한여름", ["Summer 100%"]),
        ("밤 100% summer", ["Summer 100%"]),
        ("winter 밤", []),
        ("  ", ["Summer 100%", "Winter"]),
        ("", ["Summer 100%", "Winter"]),
    ],
)
async def test_words_are_looked_for_as_they_are(
    subgraph: SubgraphUnderTest, face: str, words: str, found: list[str]
) -> None:
    await create_event(subgraph, name="Summer 100%", description="한여름 밤")
    await create_event(subgraph, name="Winter", description="")
    given = {"filter": {"text": words}}
    answer = await (ask(subgraph, PUBLIC, **given) if face == "admin" else subgraph.graphql(PUBLIC, given))
    assert sorted(node["name"] for node in answer.data["couponEvents"]["nodes"]) == found


@pytest.mark.parametrize(("words", "code"), [("x" * 201, "TOO_LONG"), ("\0", "NOT_TEXT")])
async def test_what_can_not_be_looked_for_is_refused(subgraph: SubgraphUnderTest, words: str, code: str) -> None:
    refused: dict[str, Any] = {"code": "INVALID_INPUT", "fields": [{"field": "filter.text", "code": code}]}
    for answer in (
        await ask(subgraph, PUBLIC, filter={"text": words}),
        await subgraph.graphql(PUBLIC, {"filter": {"text": words}}),
    ):
        assert answer.errors[0]["extensions"] == refused


@pytest.mark.parametrize("order", ["OPENS_AT_ASC", "OPENS_AT_DESC", "CLOSES_AT_ASC", "CLOSES_AT_DESC"])
@pytest.mark.parametrize("face", ["public", "admin"])
async def test_each_order_is_paged_without_a_gap(subgraph: SubgraphUnderTest, face: str, order: str) -> None:
    document = """query ($after: String, $by: CouponEventOrder!) {
        couponEvents(filter: {statuses: null}, orderBy: $by, first: 2, after: $after) {
            nodes { name } pageInfo { hasNextPage endCursor } } }"""
    same = (NOW + HOUR).isoformat()
    for number in range(5):
        window = {"opensAt": (NOW - number * HOUR).isoformat(), "closesAt": same}
        await create_event(subgraph, name=str(number), **window)
    names: list[str] = []
    after, more = None, True
    while more:
        given = {"after": after, "by": order}
        answer = await (ask(subgraph, document, **given) if face == "admin" else subgraph.graphql(document, given))
        page = answer.data["couponEvents"]
        names += [node["name"] for node in page["nodes"]]
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
    # The last that was made opens first. Those that close at the same time follow the order they were made in.
    by_opening = ["4", "3", "2", "1", "0"]
    expected = {"OPENS_AT_ASC": by_opening, "OPENS_AT_DESC": by_opening[::-1], "CLOSES_AT_ASC": by_opening[::-1]}
    assert names == expected.get(order, by_opening)
