"""The simulator's settings, and what payment must be told to run on it."""

from collections.abc import Mapping

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from stack.portone.switches import Switches


class Settings(BaseSettings):
    """Every default suits one machine; the secrets guard nothing but play money."""

    model_config = SettingsConfigDict(env_prefix="PORTONE_SIMULATOR_", env_nested_delimiter="__")

    host: str = "127.0.0.1"
    port: int = 4300
    # A file keeps payments, idempotency keys and undelivered webhooks over a restart.
    file: str = ":memory:"
    api_secret: SecretStr = SecretStr("simulator-api-secret")
    # Several, comma separated, while one is replaced by the next: each webhook is signed with all of them.
    webhook_secrets: SecretStr = SecretStr("whsec_c2ltdWxhdG9yLXdlYmhvb2stc2VjcmV0")
    webhook_url: str = "http://127.0.0.1:4000/webhooks/portone"
    # PortOne waits 0, 1, 4, 16, 64 and 256 minutes; here the unit is this many seconds.
    webhook_retry_unit: float = 1.0
    webhook_timeout: float = 30.0
    store_id: str = "store-simulator"
    channel_key: str = "channel-key-simulator"
    idempotency_hours: float = 3.0
    switches: Switches = Switches()

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"

    @property
    def webhook_secret_list(self) -> list[str]:
        return [each.strip() for each in self.webhook_secrets.get_secret_value().split(",") if each.strip()]


def payment_environment(settings: Settings) -> Mapping[str, str]:
    """The environment variables that make the payment subgraph take this simulator for PortOne."""
    return {
        "PAYMENT_PORTONE_API_URL": settings.url,
        "PAYMENT_PORTONE_API_SECRET": settings.api_secret.get_secret_value(),
        "PAYMENT_PORTONE_WEBHOOK_SECRETS": settings.webhook_secrets.get_secret_value(),
        "PAYMENT_PORTONE_STORE_ID": settings.store_id,
        "PAYMENT_PORTONE_CHANNEL_KEY": settings.channel_key,
        "PAYMENT_PORTONE_BROWSER_SDK_URL": f"{settings.url}/v2/browser-sdk.js",
    }
