"""Every root field and entity of loyalty has a budget: so many SQL statements and round trips to Redis, however much.

The fields are read from the schemas: one that has no budget here, or more than it is given, fails.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from chassis import clock
from chassis.ids import uuid7
from chassis.roles import Role
from chassis.testing import SubgraphUnderTest
from chassis.testing_schemas import entities, root_fields
from subgraphs.loyalty.coupon_events import store
from subgraphs.loyalty.schema import admin, public
from tests.loyalty.askers import issue
from tests.loyalty.backoffice import ADMIN, a_coupon, an_event, create_coupon, create_event, text
from tests.loyalty.bookings import Booking, own_coupon
from tests.loyalty.ledger import a_change, grant
from tests.loyalty.pipeline import record_all

MANY, FEW = 12, 8
WON = "status rank couponEvent { name status remaining } userCoupon { status coupon { name } }"
EVENT = f"name status remaining coupon {{ name }} viewerIssuance {{ {WON} }}"
ENTRY = "kind points user { id } createdBy { id }"
OWNED = "status coupon { name } couponEvent { name status remaining } booking { id }"
ISSUANCES = "issuances(first: 2) { totalCount nodes { status user { id } userCoupon { status coupon { name } } } }"
BOARD = f"""name status coupon {{ name issued used }} createdBy {{ id }} {ISSUANCES}
    stock {{ accepted recorded inFlight deadLettered remaining asked }}"""
EVENTS_OF = "events(first: 2) { totalCount nodes { name status stock { recorded } } }"
COUPON = f"name issued used createdBy {{ id }} {EVENTS_OF}"
A_PAGE = "(first: $first) { totalCount nodes { %s } }"


@dataclass(frozen=True)
class Budget:
    """What is asked for below the field, and what it may take; `of` names what of the world its arguments are."""

    fields: str
    sql: int
    redis: int
    arguments: str = ""
    of: str = ""


QUERIES = {
    "public Query.coupon": Budget("name discount { percent }", 1, 0, "(id: $id)", "coupons"),
    # The event and its coupon; the viewer's issuance, and what they own of it.
    "public Query.couponEvent": Budget(EVENT, 4, 1, "(id: $id)", "events"),
    # The page is counted besides.
    "public Query.couponEvents": Budget(A_PAGE % EVENT, 5, 1),
    # The running events with the issuance, its row, its event and what they own.
    "public Query.couponIssuance": Budget(WON, 4, 1, "(id: $id)", "issuances"),
    "public Mutation.issueCoupon": Budget("status rank couponEvent { name }", 1, 1, "(couponEventId: $id)", "events"),
    # What all who follow it see, and what only the viewer does.
    "public Subscription.couponEvent": Budget(EVENT, 4, 2, "(id: $id)", "events"),
    "public Subscription.couponIssuance": Budget(WON, 4, 1, "(id: $id)", "issuances"),
    # The coupon, how many own it, its events and their count; both books of these.
    "admin Query.coupon": Budget(COUPON, 6, 1, "(id: $id)", "coupons"),
    "admin Query.coupons": Budget(A_PAGE % COUPON, 7, 1),
    # The event, its coupon and how many own it; both books; what waits, is recorded and how much, what they own.
    "admin Query.couponEvent": Budget(BOARD, 9, 1, "(id: $id)", "events"),
    "admin Query.couponEvents": Budget(A_PAGE % BOARD, 10, 1),
    "admin Query.pointEntries": Budget(A_PAGE % ENTRY, 2, 0),
    "admin Mutation.createCoupon": Budget("id", 1, 0, "(input: $coupon)"),
    "admin Mutation.deleteCoupon": Budget("id", 2, 0, "(couponId: $id)", "spare"),
    "admin Mutation.grantCoupon": Budget("id", 3, 0, "(input: $grant)"),
    "admin Mutation.revokeUserCoupon": Budget("id", 3, 0, '(userCouponId: $id, reason: "x")', "owned"),
    "admin Mutation.createCouponEvent": Budget("id", 7, 2, "(input: $event)"),
    "admin Mutation.updateCouponEvent": Budget("id", 9, 1, "(input: $update)"),
    "admin Mutation.closeCouponEvent": Budget("id", 8, 1, "(couponEventId: $id)", "events"),
    "admin Mutation.deleteCouponEvent": Budget("id", 8, 2, "(couponEventId: $id)", "scheduled"),
    "admin Mutation.reconcileCouponEvent": Budget("id", 7, 4, "(couponEventId: $id)", "events"),
    "admin Mutation.grantPoints": Budget("id balance", 7, 0, "(input: $points)"),
    "admin Mutation.revokePoints": Budget("id balance", 7, 0, "(input: $points)"),
    "admin Subscription.couponEvent": Budget(BOARD, 9, 2, "(id: $id)", "events"),
}
ENTITIES = {
    "public Coupon": Budget("name", 1, 0, of="coupons"),
    "public CouponEvent": Budget(EVENT, 4, 1, of="events"),
    "public CouponIssuance": Budget(WON, 4, 1, of="issuances"),
    "public UserCoupon": Budget(OWNED, 2, 1, of="owned"),
    "public PointAccount": Budget(
        "balance nextExpiry { points } entries(first: 5) { totalCount nodes { kind } }", 4, 0, of="viewer"
    ),
    "public Viewer": Budget(f"coupons(first: 24) {{ totalCount nodes {{ {OWNED} }} }}", 3, 1, of="viewer"),
    "admin Coupon": Budget(COUPON, 6, 1, of="coupons"),
    "admin CouponEvent": Budget(BOARD, 9, 1, of="events"),
    "admin CouponIssuance": Budget("status user { id } userCoupon { status coupon { name } }", 2, 0, of="issuances"),
    "admin UserCoupon": Budget("status user { id } coupon { name issued used }", 2, 0, of="owned"),
    "admin PointAccount": Budget(f"balance entries(first: 5) {{ totalCount nodes {{ {ENTRY} }} }}", 3, 0, of="viewer"),
    "admin User": Budget("coupons(first: 2) { totalCount nodes { status coupon { name } } }", 2, 0, of="viewer"),
}


def test_every_root_field_and_entity_has_a_budget() -> None:
    assert QUERIES.keys() == root_fields(public=public, admin=admin)
    assert ENTITIES.keys() == entities(public=public, admin=admin)


@pytest.fixture
async def world(subgraph: SubgraphUnderTest) -> dict[str, list[UUID]]:
    """The viewer won at twelve events, of which six are recorded, and holds a coupon for a booking."""
    viewer, issuances, now = uuid7(), [], clock.now()
    events = [await create_event(subgraph, closesAt=text(now + timedelta(hours=1 + at))) for at in range(MANY)]
    for number, event in enumerate(events):
        issuances.append(UUID((await issue(subgraph, event, viewer))["id"]))
        await issue(subgraph, event, uuid7())
        if number == MANY // 2 - 1:
            await record_all(subgraph)
    owned = [await own_coupon(subgraph, viewer) for _ in range(MANY)]
    await Booking(subgraph, viewer).hold(owned[-1])
    await grant(subgraph, viewer, 10)
    ahead = {"opensAt": text(now + timedelta(hours=1)), "closesAt": text(now + timedelta(hours=2))}
    async with subgraph.database.reading() as session:
        coupons = [row.coupon_id for row in (await store.events_by_id(session, events)).values()]
        won = [row.user_coupon_id for row in (await store.issuances_by_id(session, issuances)).values()]
    return {
        "viewer": [viewer],
        "events": events,
        "issuances": issuances,
        "owned": [*won, *owned],
        "coupons": coupons,
        "spare": [await create_coupon(subgraph)],
        "unlimited": [await create_coupon(subgraph, kind="UNLIMITED", quantity=None)],
        "scheduled": [await create_event(subgraph, **ahead)],
    }


class Asked:
    """One operation of somebody who may, and what it took."""

    def __init__(self, subgraph: SubgraphUnderTest, round_trips: list[int], face: str, viewer: UUID) -> None:
        self.subgraph, self.round_trips, self.face = subgraph, round_trips, face
        self.who: dict[str, Any] = {"user": ADMIN, "role": Role.ADMIN} if face == "admin" else {"user": viewer}

    async def took(self, document: str, variables: dict[str, Any]) -> tuple[int, int]:
        used = {name: value for name, value in variables.items() if f"${name}:" in document}
        # So that the token is known and the functions are there.
        await self.subgraph.graphql("{ __typename }", face=self.face, **self.who)
        self.subgraph.sql.clear()
        self.round_trips.clear()
        if document.startswith("subscription"):
            async with self.subgraph.subscribe(document, used, face=self.face, **self.who) as payloads:
                await anext(payloads)
                return len(self.subgraph.sql), len(self.round_trips)
        answer = await self.subgraph.graphql(document, used, face=self.face, **self.who)
        assert answer.errors == [], answer.errors
        return len(self.subgraph.sql), len(self.round_trips)


def document_of(name: str, budget: Budget) -> str:
    root, _, field = name.split()[1].partition(".")
    kinds = {
        "id": "ID!",
        "first": "Int!",
        "coupon": "CreateCouponInput!",
        "event": "CreateCouponEventInput!",
        "update": "UpdateCouponEventInput!",
        "grant": "GrantCouponInput!",
        "points": "RevokePointsInput!" if "revoke" in field else "GrantPointsInput!",
    }
    body = f"{field}{budget.arguments}{budget.fields if budget.fields[0] == '(' else f' {{ {budget.fields} }}'}"
    given = ", ".join(f"${each}: {kind}" for each, kind in kinds.items() if f"${each}" in body)
    return f"{root.lower()}{f' ({given})' if given else ''} {{ {body} }}"


@pytest.mark.parametrize("name", QUERIES)
async def test_a_root_field_keeps_to_its_budget(
    subgraph: SubgraphUnderTest, round_trips: list[int], world: dict[str, list[UUID]], name: str
) -> None:
    budget, asked = QUERIES[name], Asked(subgraph, round_trips, name.split(maxsplit=1)[0], world["viewer"][0])
    document = document_of(name, budget)
    variables = {
        "id": str(world[budget.of][0]) if budget.of else None,
        "coupon": a_coupon(),
        "event": an_event(world["spare"][0]),
        "update": {"couponEventId": str(world["scheduled"][0]), "closesAt": text(clock.now() + timedelta(hours=3))},
        "grant": {
            "idempotencyKey": "1",
            "userId": str(uuid7()),
            "couponId": str(world["unlimited"][0]),
            "reason": "x",
        },
        "points": a_change(world["viewer"][0], 1),
    }
    for first in (MANY, FEW) if "$first" in document else (MANY,):
        assert await asked.took(document, variables | {"first": first}) == (budget.sql, budget.redis)


@pytest.mark.parametrize("name", ENTITIES)
async def test_an_entity_keeps_to_its_budget(
    subgraph: SubgraphUnderTest, round_trips: list[int], world: dict[str, list[UUID]], name: str
) -> None:
    budget, (face, kind) = ENTITIES[name], name.split()
    asked = Asked(subgraph, round_trips, face, world["viewer"][0])
    document = f"query ($of: [_Any!]!) {{ _entities(representations: $of) {{ ... on {kind} {{ {budget.fields} }} }} }}"
    ids = world[budget.of]
    # Recorded ones and others among the few as well.
    for some in (ids, [ids[0], ids[-1]] if len(ids) > 1 else ids):
        of = [{"__typename": kind, "id": str(each)} for each in some]
        assert await asked.took(document, {"of": of}) == (budget.sql, budget.redis)
