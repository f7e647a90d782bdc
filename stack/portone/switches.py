"""What the simulator is told to do badly: late, lost and doubled webhooks, slow and failing answers, slow refunds."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field


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
    webhooks_lost: bool = Field(default=False, description="webhooks are never sent")
    webhooks_reordered: bool = Field(default=False, description="a webhook waits until the one after it was sent")
    refunds: Refunds = Field(default=Refunds.SUCCEED, description="what becomes of a cancellation")
    refund_settles_after: float | None = Field(
        default=None, ge=0, description="seconds after which a REQUESTED cancellation succeeds by itself"
    )
    latency: float = Field(default=0, ge=0, le=300, description="seconds every REST answer takes longer")
    errors_before: int = Field(default=0, ge=0, description="so many REST calls fail with 503 and do nothing")
    errors_after: int = Field(default=0, ge=0, description="so many REST calls are carried out, yet answer 500")
