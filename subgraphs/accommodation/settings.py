"""What accommodation reads from its environment."""

from typing import ClassVar

from pydantic_settings import SettingsConfigDict

from chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="ACCOMMODATION_", populate_by_name=True)
    service: ClassVar[str] = "accommodation"

    hold_grace_seconds: int = 5 * 60
    """How long after its due time a hold is let go that nobody released."""
