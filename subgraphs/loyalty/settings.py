"""What loyalty reads from its environment."""

from typing import ClassVar

from pydantic_settings import SettingsConfigDict

from chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="LOYALTY_", populate_by_name=True)
    service: ClassVar[str] = "loyalty"

    hold_grace_seconds: int = 300
    """How long after its due time a hold nobody settled is let go: the booking's own flow settles it before."""
    relay_takeover_seconds: int = 15
    """After how long the acceptances a relay took and did not send are another's. Longer than a send may take."""
    overdue_seconds: int = 60
    """After how long an acceptance that was sent and is not recorded is sent again."""
