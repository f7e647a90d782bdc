"""The refusals of PortOne's REST interface: a published type, its HTTP status, and a message for people."""

HTTP_STATUS = {
    "INVALID_REQUEST": 400,
    "UNAUTHORIZED": 401,
    "FORBIDDEN": 403,
    "PAYMENT_NOT_FOUND": 404,
    "ALREADY_PAID": 409,
    "CANCELLABLE_AMOUNT_CONSISTENCY_BROKEN": 409,
    "CANCEL_AMOUNT_EXCEEDS_CANCELLABLE_AMOUNT": 409,
    "CANCEL_TAX_AMOUNT_EXCEEDS_CANCELLABLE_TAX_AMOUNT": 409,
    "CANCEL_TAX_FREE_AMOUNT_EXCEEDS_CANCELLABLE_TAX_FREE_AMOUNT": 409,
    "IDEMPOTENCY_OUTSTANDING_REQUEST": 409,
    "NEGATIVE_PROMOTION_ADJUSTED_CANCEL_AMOUNT": 409,
    "PAYMENT_ALREADY_CANCELLED": 409,
    "PAYMENT_NOT_PAID": 409,
    "PAYMENT_NOT_WAITING_FOR_DEPOSIT": 409,
    "PG_PROVIDER": 502,
    "PROMOTION_DISCOUNT_RETAIN_OPTION_SHOULD_NOT_BE_CHANGED": 409,
    "SUM_OF_PARTS_EXCEEDS_CANCEL_AMOUNT": 409,
}


class Refusal(Exception):
    def __init__(self, kind: str, message: str) -> None:
        super().__init__(f"{kind}: {message}")
        self.status = HTTP_STATUS[kind]
        self.body = {"type": kind, "message": message}
        if kind == "PG_PROVIDER":
            self.body |= {"pgCode": "SIMULATED", "pgMessage": message}


def refusal(kind: str, message: str) -> Refusal:
    """To be raised. An unknown kind is a KeyError: the simulator says nothing PortOne doesn't."""
    return Refusal(kind, message)
