"""Sending webhooks as PortOne does: signed as Standard Webhooks, repeated with growing pauses until they are taken."""

import asyncio
import json
import logging
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx
from standardwebhooks import Webhook as Signer

from stack.portone.books import Books, Webhook
from stack.portone.payments import Cancellation, Payment
from stack.portone.settings import Settings
from stack.portone.switches import Switches

log = logging.getLogger("stack.portone")

# Pauses before the first send and before each of the five repeats, in units of the settings.
PAUSES = (0, 1, 4, 16, 64, 256)


def announcement(kind: str, payment: Payment, cancellation: Cancellation | None, now: datetime) -> str:
    """The body, in the version of 2024-04-25."""
    data = {"storeId": payment.store_id, "paymentId": payment.id, "transactionId": payment.transaction_id}
    if cancellation is not None:
        data["cancellationId"] = cancellation.id
    return json.dumps({"type": kind, "timestamp": now.isoformat().replace("+00:00", "Z"), "data": data})


def signatures(secrets: Sequence[str], webhook_id: str, now: datetime, body: str) -> str:
    """One signature for each secret in force, separated by spaces."""
    return " ".join(Signer(each).sign(webhook_id, now, body) for each in secrets)


class Courier:
    """Carries webhooks to the merchant. What is undelivered stands in the books and is taken up again at start."""

    def __init__(self, settings: Settings, books: Books) -> None:
        self._settings = settings
        self._books = books
        self._client = httpx.AsyncClient(timeout=settings.webhook_timeout)
        self._tasks: set[asyncio.Task[None]] = set()
        self._held_back: list[Webhook] = []

    def start(self) -> None:
        for each in self._books.webhooks():
            self._carry(each)

    async def stop(self) -> None:
        for each in self._tasks:
            each.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._client.aclose()

    def send(self, body: str, switches: Switches) -> None:
        if switches.webhooks_lost:
            return
        due_at = datetime.now(UTC) + timedelta(seconds=switches.webhook_delay)
        webhook = Webhook(f"webhook-{uuid4()}", body, 0, due_at)
        self._books.save_webhook(webhook)
        if switches.webhooks_reordered and not self._held_back:
            self._held_back.append(webhook)
            return
        overtaken, self._held_back = self._held_back, []
        self._carry(webhook, *overtaken, copies=switches.webhook_copies, failures=switches.webhook_failures)

    def clear(self) -> None:
        """What is on its way or held back never arrives."""
        self._held_back = []
        for each in self._tasks:
            each.cancel()

    def _carry(self, *webhooks: Webhook, copies: int = 1, failures: int = 0) -> None:
        task = asyncio.create_task(self._deliver_in_order(webhooks, copies, failures))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _deliver_in_order(self, webhooks: Sequence[Webhook], copies: int, failures: int) -> None:
        for webhook in webhooks:
            await asyncio.sleep((webhook.due_at - datetime.now(UTC)).total_seconds())
            for _ in range(copies - 1):
                await self._post(webhook)
            await self._deliver(webhook, failures)

    async def _deliver(self, webhook: Webhook, failures: int) -> None:
        while webhook.attempts < failures or not await self._post(webhook):
            attempts = webhook.attempts + 1
            if attempts == len(PAUSES):
                log.warning("webhook %s was never taken", webhook.id)
                break
            pause = PAUSES[attempts] * self._settings.webhook_retry_unit
            webhook = Webhook(webhook.id, webhook.body, attempts, datetime.now(UTC) + timedelta(seconds=pause))
            self._books.save_webhook(webhook)
            await asyncio.sleep(pause)
        self._books.drop_webhook(webhook.id)

    async def _post(self, webhook: Webhook) -> bool:
        now = datetime.now(UTC)
        headers = {
            "content-type": "application/json",
            "webhook-id": webhook.id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": signatures(self._settings.webhook_secret_list, webhook.id, now, webhook.body),
        }
        try:
            response = await self._client.post(
                self._settings.webhook_url, content=webhook.body.encode(), headers=headers
            )
        except httpx.HTTPError as error:
            log.info("webhook %s: %s", webhook.id, type(error).__name__)
            return False
        return response.is_success
