"""Count the refunds that are owed, by what they wait for, where an alarm can see it."""

from typing import Final

from prometheus_client import Gauge

from chassis.database import Database

from . import store
from .tables import RefundStatus

OPEN: Final = Gauge("payment_refunds_open", "Refunds that are owed, by what they wait for.", ["waits_for"])
WAITS_FOR: Final = {
    RefundStatus.REQUESTED: "the provider",
    RefundStatus.NEEDS_ACCOUNT: "an account",
    RefundStatus.FAILED: "another try",
}
GIVEN_UP: Final = "an administrator"


async def count_open_refunds(database: Database) -> None:
    async with database.reading() as session:
        counts, given_up = await store.count_open(session)
    counts[RefundStatus.FAILED] = counts.get(RefundStatus.FAILED, 0) - given_up
    for status, waits_for in WAITS_FOR.items():
        OPEN.labels(waits_for).set(counts.get(status, 0))
    OPEN.labels(GIVEN_UP).set(given_up)
