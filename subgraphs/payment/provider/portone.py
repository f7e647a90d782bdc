"""PortOne V2 over HTTPS: the one place that knows its words."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, Self, TypeVar
from uuid import UUID

import httpx
import orjson

from chassis.money import from_minor, to_minor

from ..ledger.tables import PaymentMethod
from .protocol import NothingToClose, ProviderAway, ProviderRefused
from .snapshot import NOTHING_YET, Account, Cancellation, Outcome, RefundAccount, Snapshot, State

STATES: Final[Mapping[str, State]] = {
    "READY": State.READY,
    "PENDING": State.PENDING,
    "PAY_PENDING": State.PENDING,
    "VIRTUAL_ACCOUNT_ISSUED": State.ACCOUNT_ISSUED,
    "PAID": State.PAID,
    "FAILED": State.FAILED,
    "PARTIAL_CANCELLED": State.CANCELLED,
    "CANCELLED": State.CANCELLED,
}
OUTCOMES: Final[Mapping[str, Outcome]] = {
    "REQUESTED": Outcome.REQUESTED,
    "SUCCEEDED": Outcome.SUCCEEDED,
    "FAILED": Outcome.FAILED,
}
METHODS: Final[Mapping[str, PaymentMethod]] = {
    "PaymentMethodCard": PaymentMethod.CARD,
    "PaymentMethodTransfer": PaymentMethod.TRANSFER,
    "PaymentMethodVirtualAccount": PaymentMethod.VIRTUAL_ACCOUNT,
    "PaymentMethodEasyPay": PaymentMethod.EASY_PAY,
    "PaymentMethodMobile": PaymentMethod.MOBILE,
}
# Refusals that say nothing about the deed: it may be under way, or our own key is wrong for now.
_UNDECIDED: Final = frozenset({"IDEMPOTENCY_OUTSTANDING_REQUEST", "UNAUTHORIZED", "FORBIDDEN"})
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
        body = await self._ask("POST", f"/payments/{payment_id}/cancel", json=asked, key=key)
        return _understood(lambda said: _cancellation(said["cancellation"], currency), body)

    async def close_account(self, payment_id: UUID, *, key: str) -> None:
        path = f"/payments/{payment_id}/virtual-account/close"
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
        kind = body.get("type") if isinstance(body, dict) else None
        if not isinstance(kind, str) or kind in _UNDECIDED:
            raise ProviderAway(f"{method} {path}: {answer.status_code} {kind or 'without a type'}")
        refused = NothingToClose if kind == "PAYMENT_NOT_WAITING_FOR_DEPOSIT" else ProviderRefused
        raise refused(kind, str(body.get("message", "")))

    async def _sent(self, request: httpx.Request) -> httpx.Response:
        """Sent once more when the connection broke: an idle one may be closed the moment it is used again.

        A read can be repeated, and so can a write that carries its key.
        """
        try:
            return await self._client.send(request)
        except (httpx.NetworkError, httpx.RemoteProtocolError):
            return await self._client.send(request)


def snapshot_of(body: Mapping[str, Any]) -> Snapshot:
    currency = body["currency"]
    method = body.get("method") or {}
    amount = body["amount"]
    said = body["status"]
    cancellations = [_cancellation(each, currency) for each in body.get("cancellations") or ()]
    return Snapshot(
        state=STATES.get(said, State.UNKNOWN),
        said=said,
        currency=currency,
        total=from_minor(amount["total"], currency),
        cancelled=_cancelled(cancellations, from_minor(amount["cancelled"], currency)),
        paid_at=_paid_at(body),
        method=METHODS.get(method.get("type", "")),
        transaction_id=body.get("transactionId"),
        receipt_url=body.get("receiptUrl"),
        failure=_failure(body.get("failure")),
        account=_account(method),
        cancellations=cancellations,
    )


def _paid_at(body: Mapping[str, Any]) -> datetime | None:
    """A payment that was cancelled need not say when it was paid, but an account number that ended never was."""
    came = body["status"] in ("PAID", "PARTIAL_CANCELLED") or body.get("paidAt") or body.get("cancellations")
    return _instant(body.get("paidAt") or body["statusChangedAt"]) if came else None


def _cancelled(cancellations: Sequence[Cancellation], said: Decimal) -> Decimal:
    """What is back for certain; whether the provider's own sum counts what is under way is not written anywhere."""
    if not cancellations:
        return said
    return sum((each.amount for each in cancellations if each.outcome is Outcome.SUCCEEDED), Decimal(0))


def _cancellation(said: Mapping[str, Any], currency: str) -> Cancellation:
    outcome = OUTCOMES.get(said["status"], Outcome.UNKNOWN)
    return Cancellation(said["id"], outcome, from_minor(said["totalAmount"], currency))


def _account(method: Mapping[str, Any]) -> Account | None:
    if method.get("type") != "PaymentMethodVirtualAccount" or not method.get("accountNumber"):
        return None
    due_at = _instant(method["expiredAt"]) if method.get("expiredAt") else None
    return Account(method.get("bank") or "", method["accountNumber"], due_at)


def _failure(said: Mapping[str, Any] | None) -> str | None:
    return (said.get("reason") or said.get("pgMessage") or said.get("pgCode")) if said else None


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


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
