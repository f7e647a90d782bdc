"""Take in a webhook that was verified: kept, acknowledged, and only a reason to ask the provider itself."""

from typing import Any
from uuid import UUID

import orjson
from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.cache import Cache

from ..ledger import store as ledger
from ..ledger.request_reconciliation import request_reconciliation
from ..ledger.tables import Payment
from . import store
from .tables import Webhook


async def receive_webhook(session: AsyncSession, cache: Cache, webhook_id: str, body: dict[str, Any]) -> bool:
    """False when it came before. What it is about may be unknown to us, and so may its type."""
    said = body if _is_storable(body) else {"unreadable": ascii(body)}
    kind = str(said.get("type", ""))
    payment = await _payment(session, said) if kind.startswith("Transaction.") else None
    webhook = Webhook(id=webhook_id, type=kind, payment_id=payment.id if payment else None, body=said)
    if not await store.insert_webhook(session, webhook):
        return False
    if payment is not None:
        ledger.note(session, payment, f"webhook {kind}")
        request_reconciliation(session, cache, payment)
    return True


def _is_storable(body: dict[str, Any]) -> bool:
    """PostgreSQL's JSON doesn't know NUL; refusing it would have it sent again for days."""
    return rb"\u0000" not in orjson.dumps(body)


async def _payment(session: AsyncSession, body: dict[str, Any]) -> Payment | None:
    data = body.get("data")
    try:
        payment_id = UUID(data["paymentId"]) if isinstance(data, dict) else None
    except (KeyError, ValueError, TypeError, AttributeError):
        return None
    return await ledger.lock_payment_if_known(session, payment_id) if payment_id else None
