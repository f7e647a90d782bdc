"""A payment in the words of PortOne's REST interface."""

from datetime import datetime
from typing import Any

from stack.portone.payments import Cancellation, Payment, Status

_METHODS: dict[str, dict[str, Any]] = {
    "CARD": {"type": "PaymentMethodCard", "card": {"publisher": "SHINHAN_CARD", "issuer": "SHINHAN_CARD"}},
    "EASY_PAY": {"type": "PaymentMethodEasyPay", "provider": "KAKAOPAY"},
    "TRANSFER": {"type": "PaymentMethodTransfer", "bank": "SHINHAN"},
    "MOBILE": {"type": "PaymentMethodMobile"},
}
PAY_METHODS = (*_METHODS, "VIRTUAL_ACCOUNT")


def published(payment: Payment, simulator_url: str) -> dict[str, Any]:
    body: dict[str, Any] = {
        "status": payment.status,
        "id": payment.id,
        "transactionId": payment.transaction_id,
        "merchantId": "merchant-simulator",
        "storeId": payment.store_id,
        "channel": _channel(payment),
        "version": "V2",
        "requestedAt": _instant(payment.requested_at),
        "updatedAt": _instant(payment.updated_at),
        "statusChangedAt": _instant(payment.status_changed_at),
        "orderName": payment.order_name,
        "amount": _amount(payment),
        "currency": payment.currency,
        "customer": {},
        "origin": {"platformType": "PC", "ipAddress": "127.0.0.1"},
        "method": _method(payment),
    }
    return body | _what_came_of_it(payment, simulator_url)


def published_cancellation(cancellation: Cancellation) -> dict[str, Any]:
    body: dict[str, Any] = {
        "status": cancellation.status,
        "id": cancellation.id,
        "totalAmount": cancellation.amount,
        "taxFreeAmount": 0,
        "vatAmount": 0,
        "reason": cancellation.reason,
        "requestedAt": _instant(cancellation.requested_at),
        "trigger": "API",
    }
    return body | ({"cancelledAt": _instant(cancellation.cancelled_at)} if cancellation.cancelled_at else {})


def _what_came_of_it(payment: Payment, simulator_url: str) -> dict[str, Any]:
    said: dict[str, Any] = {}
    if payment.status == Status.FAILED and payment.failed_at:
        failure = {"reason": payment.failure, "pgCode": "SIMULATED", "pgMessage": payment.failure}
        said |= {"failedAt": _instant(payment.failed_at), "failure": failure}
    if payment.paid_at:
        said |= {
            "paidAt": _instant(payment.paid_at),
            "pgTxId": payment.transaction_id.replace("-", ""),
            "receiptUrl": f"{simulator_url}/receipts/{payment.id}",
            "disputes": [],
        }
    if payment.cancellations or payment.cancelled_at:
        said["cancellations"] = [published_cancellation(each) for each in payment.cancellations]
    if payment.cancelled_at:
        said["cancelledAt"] = _instant(payment.cancelled_at)
    return said


def _channel(payment: Payment) -> dict[str, Any]:
    return {
        "type": "TEST",
        "key": payment.channel_key,
        "name": "simulator",
        "pgProvider": "TOSSPAYMENTS",
        "pgMerchantId": "simulator",
    }


def _amount(payment: Payment) -> dict[str, int]:
    return {
        "total": payment.total,
        "taxFree": 0,
        "vat": 0,
        "supply": payment.total,
        "discount": 0,
        "paid": payment.total if payment.paid_at else 0,
        "cancelled": payment.cancelled,
        "cancelledTaxFree": 0,
    }


def _method(payment: Payment) -> dict[str, Any]:
    if payment.method in _METHODS:
        return _METHODS[payment.method]
    if payment.account is None:
        return {"type": "PaymentMethodVirtualAccount", "accountNumber": ""}
    return {
        "type": "PaymentMethodVirtualAccount",
        "bank": payment.account.bank,
        "accountNumber": payment.account.number,
        "issuedAt": _instant(payment.account.issued_at),
        "expiredAt": _instant(payment.account.expired_at),
    }


def _instant(value: datetime) -> str:
    return value.isoformat().replace("+00:00", "Z")
