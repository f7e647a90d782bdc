"""What payment reads from its environment."""

from typing import ClassVar

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="PAYMENT_", populate_by_name=True)
    service: ClassVar[str] = "payment"

    portone_api_url: str = "https://api.portone.io"
    portone_api_secret: SecretStr
    portone_webhook_secrets: SecretStr
    """Comma separated: while one replaces the other, both verify."""
    portone_store_id: str
    portone_channel_key: str
    portone_browser_sdk_url: str = "https://cdn.portone.io/v2/browser-sdk.js"
    portone_read_timeout_seconds: float = Field(default=60, gt=0)
    pay_methods: str = "CARD,EASY_PAY,TRANSFER,VIRTUAL_ACCOUNT"
    """What the checkout page offers, comma separated, in this order."""
    account_hours: int = Field(default=24, ge=1)
    """How long an account number takes deposits."""
    reconcile_at_once: int = Field(default=10, ge=1)
    """How many payments one worker asks the provider about at the same time."""
    look_seconds: float = Field(default=2.0, gt=0)
    """How often a worker looks for due payments when nothing nudges it."""

    @property
    def webhook_secrets(self) -> list[str]:
        return [each.strip() for each in self.portone_webhook_secrets.get_secret_value().split(",") if each.strip()]

    @property
    def offered_methods(self) -> list[str]:
        return [each.strip() for each in self.pay_methods.split(",") if each.strip()]
