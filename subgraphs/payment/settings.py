"""What payment reads from its environment."""

import base64
from typing import ClassVar

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import SettingsConfigDict

from chassis.settings import ServiceSettings

from .ledger.tables import PaymentMethod


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
    # Less than the lease of a payment: whoever has begun to ask is done, one way or the other, before another begins.
    portone_read_timeout_seconds: float = Field(default=60, gt=0, le=80)
    pay_methods: str = "CARD,EASY_PAY,TRANSFER,VIRTUAL_ACCOUNT"
    """What the checkout page offers, comma separated, in this order."""
    account_hours: int = Field(default=24, ge=1)
    """How long an account number takes deposits."""
    confirms_per_minute: int = Field(default=30, ge=1)
    """How often clients may have the provider asked about one payment."""
    reconcile_at_once: int = Field(default=10, ge=1)
    """How many payments one worker asks the provider about at the same time."""
    webhook_retention_days: int = Field(default=90, ge=1)
    """No webhook comes again after that: the provider repeats it for hours, and old signatures are refused."""
    look_seconds: float = Field(default=2.0, gt=0)
    """How often a worker looks for due payments when nothing nudges it."""

    @field_validator("portone_webhook_secrets")
    @classmethod
    def _verify_something(cls, given: SecretStr) -> SecretStr:
        """One that can't be read would have every webhook refused, and nobody would know why."""
        secrets = _listed(given.get_secret_value())
        if not secrets or not all(_is_secret(each) for each in secrets):
            raise ValueError("one or more secrets as the provider's console shows them, comma separated")
        return given

    @field_validator("pay_methods")
    @classmethod
    def _are_known(cls, given: str) -> str:
        known = {method.value for method in PaymentMethod}
        if not _listed(given) or not known.issuperset(_listed(given)):
            raise ValueError(f"some of {', '.join(sorted(known))}, comma separated")
        return given

    @property
    def webhook_secrets(self) -> list[str]:
        return _listed(self.portone_webhook_secrets.get_secret_value())

    @property
    def offered_methods(self) -> list[str]:
        return _listed(self.pay_methods)


def _listed(text: str) -> list[str]:
    return [each.strip() for each in text.split(",") if each.strip()]


def _is_secret(text: str) -> bool:
    """Whether it can verify anything: base64, after the `whsec_` the provider's console puts in front."""
    bare = text.removeprefix("whsec_")
    try:
        return bool(base64.b64decode(bare + "=" * (-len(bare) % 4), validate=True))
    except ValueError:
        return False
