"""Compare the books: at once what must be true at any moment, and the rest as soon as everything is at rest."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from pydantic import SecretStr

from stack.books.benefits import benefits, stays
from stack.books.breach import Breach
from stack.books.coupons import coupons
from stack.books.flow import flow
from stack.books.messages import messages
from stack.books.money import money
from stack.books.nights import holds, nights
from stack.books.places import Places
from stack.books.read import Books, read_books
from subgraphs.loyalty.check_points import BookSettings, all_accounts

RULES: Final[tuple[Callable[[Books], Iterator[Breach]], ...]] = (
    *(nights, holds, coupons, benefits, stays, money, flow, messages),
)
LOOK_EVERY = 0.3


@dataclass(frozen=True)
class Found:
    """`breaches` are those that are left, `counted` what was looked at."""

    breaches: list[Breach]
    counted: str


async def check_books(places: Places, *, within: float) -> Found:
    """As the books are once they agree, or after so many seconds: what is under way is given that long to come to rest.

    What must be true at any moment is not waited for.
    """
    deadline = time.monotonic() + within
    while True:
        found = await look(places)
        over = time.monotonic() >= deadline
        if over or not found.breaches or any(breach.forever for breach in found.breaches):
            return found
        await asyncio.sleep(LOOK_EVERY)


async def look(places: Places) -> Found:
    books, points = await asyncio.gather(read_books(places), _points(places))
    breaches = sorted({*points, *(breach for rule in RULES for breach in rule(books))})
    return Found(breaches, _counted(books))


async def _points(places: Places) -> list[Breach]:
    settings = BookSettings(database_url=SecretStr(places.database_url), database_prefix=places.database_prefix)
    return [
        Breach("the books of points agree", f"points of {user_id}", difference, forever=True)
        async for user_id, differences in all_accounts(settings)
        for difference in differences
    ]


def _counted(books: Books) -> str:
    statuses = Counter(booking["status"] for booking in books.at["booking"].bookings)
    payments = books.at["payment"].payments
    came = sum(payment["paid_amount"] or 0 for payment in payments)
    back = sum(payment["refunded"] for payment in payments)
    said = ", ".join(f"{many} {status}" for status, many in sorted(statuses.items()))
    return (
        f"{statuses.total()} bookings ({said or 'none'}); money in {came:,f} = kept {came - back:,f} + back {back:,f}; "
        f"{len(books.at['loyalty'].coupons)} coupons; "
        f"{sum(len(books.at[name].outbox) for name in books.at)} messages"
    )
