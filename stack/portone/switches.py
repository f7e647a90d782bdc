"""What the simulator is told to do badly: late, lost and doubled webhooks, slow and failing answers, slow refunds.

Set by the environment, on the page at `/control`, or for one request alone by its header `simulate`: a JSON object.
"""

from contextvars import ContextVar
from enum import StrEnum
from typing import Any

import orjson
from fastapi import Request
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from stack.portone.refusals import HTTP_STATUS, refusal

HEADER = "simulate"


class Payments(StrEnum):
    """What becomes of a payment when a person clicks Pay."""

    SUCCEED = "SUCCEED"
    # They stay PAY_PENDING until the control page (or `deposit_after`) lets the money arrive.
    STAY_PENDING = "STAY_PENDING"
    FAIL = "FAIL"


class Refunds(StrEnum):
    SUCCEED = "SUCCEED"
    # They stay REQUESTED until the control page (or `refund_settles_after`) settles them.
    STAY_REQUESTED = "STAY_REQUESTED"
    FAIL = "FAIL"


class Switches(BaseModel):
    """All seconds are seconds of the clock; all counts run down to 0 as they are used."""

    model_config = ConfigDict(extra="forbid")

    webhook_delay: float = Field(default=0, ge=0, description="seconds a webhook waits before it is first sent")
    webhook_copies: int = Field(default=1, ge=1, le=100, description="how often each webhook is sent")
    webhook_failures: int = Field(default=0, ge=0, le=5, description="so many sends of each webhook never arrive")
    webhooks_lost: bool = Field(default=False, description="webhooks are never sent")
    webhooks_reordered: bool = Field(default=False, description="a webhook waits until the one after it was sent")
    payments: Payments = Field(default=Payments.SUCCEED, description="what becomes of a payment")
    deposit_after: float | None = Field(
        default=None, ge=0, description="seconds after which the money of a pending payment or an account arrives"
    )
    refunds: Refunds = Field(default=Refunds.SUCCEED, description="what becomes of a cancellation")
    refund_settles_after: float | None = Field(
        default=None, ge=0, description="seconds after which a REQUESTED cancellation ends by itself"
    )
    refund_settles: bool = Field(default=True, description="whether it succeeds then, or fails")
    refusals: int = Field(default=0, ge=0, description="so many cancellations are refused")
    refused_as: str = Field(default="PG_PROVIDER", description="the type of error they are refused with")
    latency: float = Field(default=0, ge=0, le=300, description="seconds every REST answer takes longer")
    errors_before: int = Field(default=0, ge=0, description="so many REST calls fail with 503 and do nothing")
    errors_after: int = Field(default=0, ge=0, description="so many REST calls are carried out, yet answer 500")

    @field_validator("refused_as")
    @classmethod
    def _is_published(cls, kind: str) -> str:
        if kind not in HTTP_STATUS:
            raise ValueError(f"one of {', '.join(HTTP_STATUS)}")
        return kind


_for_this_request: ContextVar[dict[str, Any] | None] = ContextVar("switches", default=None)


def asked_by_header() -> dict[str, Any]:
    """What the request at hand wants switched for itself and all it leads to."""
    return _for_this_request.get() or {}


async def read_header(request: Request) -> None:
    """A dependency of every route that heeds the header."""
    given = request.headers.get(HEADER)
    if given is None:
        return
    try:
        asked = orjson.loads(given)
        Switches.model_validate(asked)
    except (orjson.JSONDecodeError, ValidationError) as error:
        raise refusal("INVALID_REQUEST", f"the header {HEADER} is no object of switches") from error
    _for_this_request.set(asked)
