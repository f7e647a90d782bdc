"""PortOne V2 over HTTPS: reading a payment, cancelling it, closing its account number."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from time import perf_counter
from typing import Any, Final, Self, TypeVar
from uuid import UUID

import httpx
import orjson
from prometheus_client import Histogram

from chassis.money import to_minor

from .protocol import ProviderAway, ProviderRefused
from .snapshot import NOTHING_YET, Cancellation, RefundAccount, Snapshot
from .words import cancellation_of, error_of, snapshot_of

CALLS: Final = Histogram(
    "payment_provider_seconds",
    "Calls of the payment provider, by what was asked and whether it answered, refused or was away.",
    ["asked", "outcome"],
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120),
)
_CONNECT_SECONDS: Final = 5.0

Understood = TypeVar("Understood")


class PortOne:
    """Amounts go over the wire in minor units of their currency."""

    def __init__(self, client: httpx.AsyncClient, store_id: str) -> None:
        self._client = client
        self._store_id = store_id

    @classmethod
    def connect(cls, url: str, secret: str, store_id: str, read_timeout: float) -> Self:
        return cls(
            httpx.AsyncClient(
                base_url=url,
                headers={"authorization": f"PortOne {secret}"},
                timeout=httpx.Timeout(read_timeout, connect=_CONNECT_SECONDS),
            ),
            store_id,
        )

    async def close(self) -> None:
        await self._client.aclose()

    async def read(self, payment_id: UUID) -> Snapshot:
        with _timed("read"):
            try:
                body = await self._ask("GET", f"/payments/{payment_id}", params={"storeId": self._store_id})
            except ProviderRefused as refused:
                if refused.kind == "PAYMENT_NOT_FOUND":
                    return NOTHING_YET
                raise
            return _understood(snapshot_of, body)

    async def cancel(
        self,
        payment_id: UUID,
        *,
        key: str,
        amount: Decimal,
        currency: str,
        cancellable: Decimal,
        reason: str,
        account: RefundAccount | None,
    ) -> Cancellation:
        asked = {
            "storeId": self._store_id,
            "amount": to_minor(amount, currency),
            "currentCancellableAmount": to_minor(cancellable, currency),
            "reason": reason,
        }
        if account is not None:
            asked["refundAccount"] = {"bank": account.bank, "number": account.number, "holderName": account.holder}
        with _timed("cancel"):
            body = await self._ask("POST", f"/payments/{payment_id}/cancel", json=asked, key=key)
            return _understood(lambda said: cancellation_of(said["cancellation"], currency), body)

    async def close_account(self, payment_id: UUID, *, key: str) -> None:
        path = f"/payments/{payment_id}/virtual-account/close"
        with _timed("close account"):
            await self._ask("POST", path, json={"storeId": self._store_id}, key=key)

    async def _ask(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        json: Any = None,
        key: str | None = None,
    ) -> Any:
        headers = {"idempotency-key": key} if key else {}
        request = self._client.build_request(method, path, params=params, json=json, headers=headers)
        try:
            answer = await self._sent(request)
        except httpx.HTTPError as error:
            raise ProviderAway(f"{method} {path}: {type(error).__name__}") from error
        body = _json(answer)
        if answer.is_success:
            return body
        raise error_of(f"{method} {path}", answer.status_code, body if isinstance(body, dict) else {})

    async def _sent(self, request: httpx.Request) -> httpx.Response:
        """Sent once more when the connection broke: an idle one may be closed the moment it is used again.

        A read can be repeated, and so can a write that carries its key.
        """
        try:
            return await self._client.send(request)
        except (httpx.NetworkError, httpx.RemoteProtocolError):
            return await self._client.send(request)


@contextmanager
def _timed(asked: str) -> Iterator[None]:
    started, outcome = perf_counter(), "answered"
    try:
        yield
    except ProviderRefused:
        outcome = "refused"
        raise
    except BaseException:
        outcome = "away"
        raise
    finally:
        CALLS.labels(asked, outcome).observe(perf_counter() - started)


def _understood(read: Callable[[Any], Understood], body: Any) -> Understood:
    try:
        return read(body)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ProviderAway(f"an answer that can't be understood: {error!r}") from error


def _json(answer: httpx.Response) -> Any:
    try:
        return orjson.loads(answer.content)
    except orjson.JSONDecodeError:
        return None
