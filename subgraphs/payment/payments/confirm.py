"""Ask the provider how one's own payment stands, because its window has closed."""

from typing import Final
from uuid import UUID

from chassis.cache import Cache
from chassis.database import Database
from chassis.errors import NotFound
from chassis.quota import Quota

from ..ledger import store as ledger
from ..ledger.rules import is_mine
from ..ledger.tables import Payment
from ..provider.protocol import Provider
from .patience import patience
from .rules import is_decided
from .sync import sync_payment

TOO_OFTEN: Final = "This payment was asked about a moment ago. Please try again later."


async def confirm_payment(
    database: Database, cache: Cache, provider: Provider, payment_id: UUID, payer_id: UUID | None, *, at_most: int
) -> Payment:
    """`payer_id` is who asks; None is the checkout page, which whoever has its address may open.

    The provider is not asked about what is decided for good, and about one payment `at_most` so often a minute. Raises
    NotFound, RateLimited, and Unavailable while the provider is away.
    """
    async with database.reading() as session:
        payment = await ledger.find_payment(session, payment_id)
    if payment is None or (payer_id is not None and not is_mine(payment, payer_id)):
        raise NotFound("There is no such payment.")
    if is_decided(payment):
        return payment
    await Quota(cache).take(f"payment:confirm:{payment_id}", at_most, 60, TOO_OFTEN)
    async with patience():
        return await sync_payment(database, cache, provider, payment_id)
