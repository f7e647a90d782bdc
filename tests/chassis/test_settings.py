"""Settings: shared names without a prefix, a service's own with it, secrets that do not show, limits that fit."""

from datetime import timedelta
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError
from pydantic_settings import SettingsConfigDict
from sqlalchemy.engine import make_url

from chassis import clock
from chassis.settings import ServiceSettings

NEEDED = {
    "DATABASE_URL": "postgresql://me:pass@db:5433/any",
    "REDIS_URL": "redis://:pass@cache/0",
    "KAFKA_BOOTSTRAP": "b:9",
}


class Settings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="GARDEN_")
    service: ClassVar[str] = "garden"

    beds: int = 3


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name, value in NEEDED.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def test_the_service_has_a_database_of_its_own_on_the_server_named(environment: pytest.MonkeyPatch) -> None:
    url = make_url(Settings().service_database_url)
    assert (url.drivername, url.username, url.password) == ("postgresql+asyncpg", "me", "pass")
    assert (url.host, url.port, url.database) == ("db", 5433, "overthere_garden")
    assert make_url(Settings().server_database_url).database == "any"


def test_the_prefix_of_databases_is_a_setting(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("DATABASE_PREFIX", "try_")
    assert Settings().database_name == "try_garden"


def test_libpqs_sslmode_is_asyncpgs_ssl(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("DATABASE_URL", "postgresql://me:p%40ss@db/any?sslmode=require")
    url = make_url(Settings().service_database_url)
    assert (url.query, url.password) == ({"ssl": "require"}, "p@ss")


def test_shared_names_have_no_prefix_and_own_ones_do(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("LOG_LEVEL", "DEBUG")
    environment.setenv("BEDS", "5")
    environment.setenv("GARDEN_BEDS", "7")
    settings = Settings()
    assert (settings.log_level, settings.beds) == ("DEBUG", 7)


def test_defaults_are_those_of_production(environment: pytest.MonkeyPatch) -> None:
    settings = Settings()
    assert settings.environment == "production"
    assert settings.kafka_idempotent_producer is True
    assert (settings.currency, settings.time_zone) == ("KRW", ZoneInfo("Asia/Seoul"))
    assert (settings.replay_window, settings.outbox_retention) == (timedelta(hours=24), timedelta(hours=72))
    assert settings.inbox_retention == timedelta(days=14)


def test_settings_can_be_given_by_name_as_well(environment: pytest.MonkeyPatch) -> None:
    assert Settings(topic_prefix="x.", beds=1).topic_prefix == "x."


@pytest.mark.parametrize("name", sorted(NEEDED))
def test_a_server_that_is_not_named_is_an_error_that_names_it(environment: pytest.MonkeyPatch, name: str) -> None:
    environment.delenv(name)
    with pytest.raises(ValidationError) as refused:
        Settings()
    assert [error["loc"] for error in refused.value.errors()] == [(name,)]


def test_secrets_do_not_show(environment: pytest.MonkeyPatch) -> None:
    assert "pass" not in repr(Settings()) + str(Settings().model_dump())


@pytest.mark.parametrize(
    "wrong",
    [
        {"replay_hours": 73},
        {"outbox_retention_hours": 336},
        {"topic_retention_hours": 336},
        {"inbox_retention_hours": 72},
        {"currency": "won"},
        {"database_pool_size": 0},
        {"topic_partitions": 0},
    ],
)
def test_what_could_lose_or_repeat_messages_is_refused(environment: pytest.MonkeyPatch, wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Settings(**wrong)


def test_the_calendar_of_a_local_stack_alone_may_be_ahead(environment: pytest.MonkeyPatch) -> None:
    real = clock.today(Settings().time_zone)
    assert Settings().today() == real
    assert Settings(environment="local", calendar_days_ahead=3).today() == real + timedelta(days=3)
    with pytest.raises(ValidationError, match="ENVIRONMENT=local alone"):
        Settings(calendar_days_ahead=3)


def test_settings_do_not_change(environment: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValidationError):
        Settings().beds = 9
