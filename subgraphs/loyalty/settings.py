"""What loyalty reads from its environment."""

from decimal import Decimal
from typing import ClassVar

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="LOYALTY_", populate_by_name=True)
    service: ClassVar[str] = "loyalty"

    hold_grace_seconds: int = 300
    """How long after its due time a hold nobody settled is let go: the booking's own flow settles it before."""
    redis_replicas: int = 0
    """How many replicas must have what a gate decided before it is told: those one of which may take Redis's place."""
    relay_takeover_seconds: int = 15
    """After how long the acceptances a relay took and did not send are another's. Longer than a send may take."""
    earn_percent: Decimal = Field(Decimal(1), ge=0, le=100, decimal_places=4)
    """Of the money a stay cost, given as points when it is over."""
    rebuild_grace_seconds: float = 1
    """How long the last messages of a relay that was killed may take to the broker, before a gate is rebuilt."""
    rebuild_patience_seconds: int = 30
    """How long a gate waits for the consumers; then it is begun anew, together with whatever was lost meanwhile."""
    overdue_seconds: int = 60
    """After how long an acceptance that was sent and is not recorded is sent again."""
