"""Issuances of events, a whole level of a query at once."""

from uuid import UUID

from chassis.context import Context
from chassis.nested_pages import pages_in_order
from chassis.pagination import Page

from ..coupon_events.gate import Gate
from .look_through import pages_of_accepted
from .rules import Accepted, Wish


async def pages_of_issuances(context: Context, asked: list[tuple[UUID, Wish]]) -> list[Page[Accepted]]:
    """Of each event the page that is wanted: together for all of which the same is."""

    async def load(coupon_event_ids: list[UUID], wish: Wish) -> dict[UUID, Page[Accepted]]:
        return await pages_of_accepted(context.database, context.resources[Gate], coupon_event_ids, wish)

    return await pages_in_order(asked, load)
