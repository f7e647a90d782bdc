"""What payment refuses to start with: settings that would fail much later, and silently."""

from typing import Any

import pytest
from pydantic import ValidationError

from subgraphs.payment.settings import Settings

GIVEN: dict[str, Any] = {
    "database_url": "postgresql://localhost",
    "redis_url": "redis://localhost",
    "kafka_bootstrap": "localhost:9092",
    "portone_api_secret": "s",
    "portone_webhook_secrets": "whsec_b2xk, whsec_bmV3",
    "portone_store_id": "store-1",
    "portone_channel_key": "channel-key-1",
}


def test_secrets_and_methods_are_lists_with_commas() -> None:
    settings = Settings(**GIVEN, pay_methods="CARD, TRANSFER")
    assert settings.webhook_secrets == ["whsec_b2xk", "whsec_bmV3"]
    assert settings.offered_methods == ["CARD", "TRANSFER"]


def test_the_provider_has_a_minute_to_answer() -> None:
    assert Settings(**GIVEN).portone_read_timeout_seconds == 60


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("portone_webhook_secrets", ""),
        ("portone_webhook_secrets", "whsec_b2xk,whsec_"),
        ("portone_webhook_secrets", "whsec_not base64!"),
        ("pay_methods", ""),
        ("pay_methods", "CARD,SHELLS"),
        ("portone_read_timeout_seconds", 90),
        ("account_hours", 0),
        ("reconcile_at_once", 0),
        ("webhook_retention_days", 0),
    ],
)
def test_what_can_not_work_is_refused_at_the_start_without_telling_secrets(name: str, value: Any) -> None:
    with pytest.raises(ValidationError) as refused:
        Settings(**(GIVEN | {name: value}))
    assert [each["loc"] for each in refused.value.errors()] == [(name,)]
    assert "not base64!" not in str(refused.value)
