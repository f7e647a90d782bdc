"""Every root field and entity of booking has a budget of SQL statements, however many bookings it shows.

The fields are read from the schemas: one that has no budget here, or more than it is given, fails.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest

from chassis.ids import uuid7
from chassis.roles import Role
from chassis.testing import SubgraphUnderTest
from chassis.testing_schemas import entities, root_fields
from subgraphs.booking.schema import admin, public
from tests.booking.story import Story, booking_input, statements

MANY, FEW = 4, 2
MONEY = "{ amount currency }"
QUOTED = f"fee {MONEY} refund {MONEY} pointsReturned couponReturned"
PRICE = f"price {{ nights {{ date price {MONEY} }} subtotal {MONEY} couponDiscount {MONEY} pointsUsed total {MONEY} }}"
SHARED = f"""id code status accommodation {{ id }} roomType {{ id }} checkIn checkOut guests rooms guestName guestPhone
    specialRequests {PRICE} userCoupon {{ id }} refusal {{ code message date }}
    cancellation {{ by reason {QUOTED} }} paymentDueAt createdAt confirmedAt cancelledAt"""
OWN = f"""{SHARED} place {{ roomTypeName }} cancellationPolicy {{ name tiers {{ daysBefore }} }}
    cancellationQuote {{ {QUOTED} }}"""
RUN = f"{SHARED} guest {{ id }} stuckSince steps {{ at name detail }}"
A_PAGE = "(first: $first) { totalCount nodes { %s } }"


@dataclass(frozen=True)
class Budget:
    """What is asked for below the field, and how many statements that may take."""

    fields: str
    sql: int
    arguments: str = ""


FIELDS = {
    "public Query.booking": Budget(OWN, 1, "(id: $id)"),
    # The booking, its step and what is said of it.
    "public Mutation.createBooking": Budget(OWN, 3, "(input: $created)"),
    # The same, and its lock before.
    "public Mutation.cancelBooking": Budget(OWN, 4, "(input: $cancelled)"),
    "public Subscription.booking": Budget(OWN, 1, "(id: $id)"),
    # All steps of all bookings that are shown are one more.
    "admin Query.booking": Budget(RUN, 2, "(id: $id)"),
    "admin Query.bookings": Budget(A_PAGE % RUN, 3),
    "admin Mutation.cancelBooking": Budget(RUN, 5, "(input: $cancelled)"),
    # A look that finds nothing is one; what has changed, and its steps.
    "admin Subscription.bookings": Budget(RUN, 3),
}
ENTITIES = {
    "public Booking": Budget(OWN, 1),
    "public Viewer": Budget(f"bookings{A_PAGE.replace('$first', str(FEW)) % OWN}", 2),
    "admin Booking": Budget(RUN, 2),
}


def test_every_root_field_and_entity_has_a_budget() -> None:
    assert FIELDS.keys() == root_fields(public=public, admin=admin)
    assert ENTITIES.keys() == entities(public=public, admin=admin)


@pytest.fixture
async def bookings(subgraph: SubgraphUnderTest) -> list[Story]:
    """Confirmed ones of one guest, with coupon and points, and steps."""
    guest = uuid7()
    stories = [await Story.begin(subgraph, guest, userCouponId=str(uuid7()), points=500) for _ in range(MANY)]
    for story in stories:
        await story.come_to_confirmed(discount=10000, points=500)
    return stories


class Asker:
    """Somebody who may, whose token is known already."""

    def __init__(self, subgraph: SubgraphUnderTest, face: str, guest: UUID) -> None:
        self.subgraph, self.face = subgraph, face
        self.who: dict[str, Any] = {"user": uuid7(), "role": Role.ADMIN} if face == "admin" else {"user": guest}

    async def took(self, document: str, variables: dict[str, Any], story: Story) -> int:
        await self.subgraph.graphql("{ __typename }", face=self.face, **self.who)
        used = {name: value for name, value in variables.items() if f"${name}:" in document}
        self.subgraph.sql.clear()
        if document.startswith("subscription"):
            return await self._follow(document, used, story)
        answer = await self.subgraph.graphql(document, used, face=self.face, **self.who)
        assert answer.errors == [], answer.errors
        return len(statements(self.subgraph))

    async def _follow(self, document: str, used: dict[str, Any], story: Story) -> int:
        """Up to the first payload. Where that is a change one is made, which locks and writes; who follows reads."""
        async with self.subgraph.subscribe(document, used, face=self.face, **self.who) as payloads:
            if self.face == "admin":
                while not self.subgraph.sql:
                    await self.subgraph.cache.ping()
                self.subgraph.sql.clear()
                refunded = {"payment_id": str(story.payment), "refund_id": str(uuid7()), "amount": "1"}
                await story.tell("payment.payment.refunded", **refunded)
            await anext(payloads)
        return len([each for each in self.subgraph.sql if each.startswith("SELECT") and "FOR UPDATE" not in each])


def document_of(name: str, budget: Budget) -> str:
    root, _, field = name.split()[1].partition(".")
    kinds = {"id": "ID!", "first": "Int!", "created": "CreateBookingInput!", "cancelled": "CancelBookingInput!"}
    body = f"{field}{budget.arguments}{budget.fields if budget.fields[0] == '(' else f' {{ {budget.fields} }}'}"
    given = ", ".join(f"${each}: {kind}" for each, kind in kinds.items() if f"${each}" in body)
    return f"{root.lower()}{f' ({given})' if given else ''} {{ {body} }}"


@pytest.mark.parametrize("name", FIELDS)
async def test_a_root_field_keeps_to_its_budget(subgraph: SubgraphUnderTest, bookings: list[Story], name: str) -> None:
    budget, asker = FIELDS[name], Asker(subgraph, name.split(maxsplit=1)[0], bookings[0].guest)
    document = document_of(name, budget)
    variables = {
        "id": str(bookings[0].id),
        "created": booking_input(),
        "cancelled": {"bookingId": str(bookings[0].id), "reason": "Plans changed."},
    }
    for first in (MANY, FEW) if "$first" in document else (MANY,):
        assert await asker.took(document, variables | {"first": first}, bookings[1]) == budget.sql


@pytest.mark.parametrize("name", ENTITIES)
async def test_an_entity_keeps_to_its_budget(subgraph: SubgraphUnderTest, bookings: list[Story], name: str) -> None:
    budget, (face, kind) = ENTITIES[name], name.split()
    asker = Asker(subgraph, face, bookings[0].guest)
    document = f"query ($of: [_Any!]!) {{ _entities(representations: $of) {{ ... on {kind} {{ {budget.fields} }} }} }}"
    ids = [bookings[0].guest] if kind == "Viewer" else [story.id for story in bookings]
    for some in (ids, ids[:1]):
        of = [{"__typename": kind, "id": str(each)} for each in some]
        assert await asker.took(document, {"of": of}, bookings[1]) == budget.sql
