"""Settings that every service has: where its servers are, how large its pools, how long things are kept."""

from datetime import date, timedelta
from typing import ClassVar, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import AliasChoices, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy.engine import URL, make_url

from chassis import clock


def _named(name: str) -> AliasChoices:
    return AliasChoices(name)


class DatabaseSettings(BaseSettings):
    """All that a command needs which speaks to the service's database alone."""

    # What is wrong with a secret is said without the secret.
    model_config = SettingsConfigDict(populate_by_name=True, extra="ignore", frozen=True, hide_input_in_errors=True)

    service: ClassVar[str]

    # The URL names the server; the database on it is the service's own.
    database_url: SecretStr = Field(validation_alias=_named("DATABASE_URL"))
    database_prefix: str = Field("overthere_", validation_alias=_named("DATABASE_PREFIX"))
    database_pool_size: int = Field(5, ge=1, validation_alias=_named("DATABASE_POOL_SIZE"))
    database_max_overflow: int = Field(5, ge=0, validation_alias=_named("DATABASE_MAX_OVERFLOW"))
    database_pool_timeout_seconds: float = Field(10, gt=0, validation_alias=_named("DATABASE_POOL_TIMEOUT_SECONDS"))
    statement_timeout_ms: int = Field(10_000, ge=0, validation_alias=_named("STATEMENT_TIMEOUT_MS"))
    lock_timeout_ms: int = Field(5_000, ge=0, validation_alias=_named("LOCK_TIMEOUT_MS"))

    @property
    def database_name(self) -> str:
        return f"{self.database_prefix}{self.service}"

    @property
    def service_database_url(self) -> str:
        """The service's own database, with its password, for SQLAlchemy's asyncpg dialect."""
        return self._url(self.database_name)

    @property
    def server_database_url(self) -> str:
        """The database that DATABASE_URL itself names: where one stands to create the service's own."""
        return self._url(make_url(self.database_url.get_secret_value()).database or "postgres")

    def _url(self, database: str) -> str:
        given = make_url(self.database_url.get_secret_value())
        query = {("ssl" if key == "sslmode" else key): value for key, value in given.query.items()}
        url = URL.create("postgresql+asyncpg", given.username, given.password, given.host, given.port, database, query)
        return url.render_as_string(hide_password=False)


class ServiceSettings(DatabaseSettings):
    """The shared fields read names without a prefix, so that one environment serves all services of a machine.

    A service adds its own fields under its prefix:
    `class Settings(ServiceSettings): service = "loyalty"; model_config = SettingsConfigDict(env_prefix="LOYALTY_")`.
    """

    environment: Literal["production", "local"] = Field("production", validation_alias=_named("ENVIRONMENT"))
    log_level: str = Field("INFO", validation_alias=_named("LOG_LEVEL"))
    host: str = Field("127.0.0.1", validation_alias=_named("HOST"))
    port: int = Field(8000, validation_alias=_named("PORT"))
    metrics_port: int = Field(9000, validation_alias=_named("METRICS_PORT"))
    public_url: str = Field("http://127.0.0.1:4000", validation_alias=_named("PUBLIC_URL"))
    # Whose X-Forwarded-For is believed: addresses or networks, comma separated, or `*` where only proxies get in.
    trusted_proxies: str = Field("127.0.0.1", validation_alias=_named("TRUSTED_PROXIES"))

    redis_url: SecretStr = Field(validation_alias=_named("REDIS_URL"))

    kafka_bootstrap: str = Field(validation_alias=_named("KAFKA_BOOTSTRAP"))
    kafka_idempotent_producer: bool = Field(True, validation_alias=_named("KAFKA_IDEMPOTENT_PRODUCER"))
    kafka_fetch_wait_ms: int = Field(250, ge=1, validation_alias=_named("KAFKA_FETCH_WAIT_MS"))
    kafka_session_timeout_ms: int = Field(10_000, ge=1_000, validation_alias=_named("KAFKA_SESSION_TIMEOUT_MS"))
    topic_prefix: str = Field("", validation_alias=_named("TOPIC_PREFIX"))
    topic_partitions: int = Field(6, ge=1, validation_alias=_named("TOPIC_PARTITIONS"))
    topic_replication: int = Field(1, ge=1, validation_alias=_named("TOPIC_REPLICATION"))

    replay_hours: int = Field(24, ge=1, validation_alias=_named("REPLAY_HOURS"))
    outbox_retention_hours: int = Field(72, ge=1, validation_alias=_named("OUTBOX_RETENTION_HOURS"))
    topic_retention_hours: int = Field(168, ge=1, validation_alias=_named("TOPIC_RETENTION_HOURS"))
    inbox_retention_hours: int = Field(336, ge=1, validation_alias=_named("INBOX_RETENTION_HOURS"))

    currency: str = Field("KRW", pattern="^[A-Z]{3}$", validation_alias=_named("CURRENCY"))
    time_zone: ZoneInfo = Field(ZoneInfo("Asia/Seoul"), validation_alias=_named("TIME_ZONE"))

    # For those who cannot wait until a stay is over. Instants, and all that is due at one, stay as they are.
    calendar_days_ahead: int = Field(0, ge=0, validation_alias=_named("CALENDAR_DAYS_AHEAD"))

    jwks_url: str = Field("http://127.0.0.1:4101/.well-known/jwks.json", validation_alias=_named("JWKS_URL"))
    revocations_url: str = Field(
        "http://127.0.0.1:4101/internal/revocations", validation_alias=_named("REVOCATIONS_URL")
    )
    token_issuer: str = Field("https://overthere.example", validation_alias=_named("TOKEN_ISSUER"))
    token_audience: str = Field("overthere", validation_alias=_named("TOKEN_AUDIENCE"))

    @model_validator(mode="after")
    def _what_can_be_replayed_is_still_known(self) -> Self:
        """A message may come again as long as the outbox or the broker has it: the inbox must remember it longer."""
        if not self.replay_hours <= self.outbox_retention_hours < self.inbox_retention_hours:
            raise ValueError("REPLAY_HOURS <= OUTBOX_RETENTION_HOURS < INBOX_RETENTION_HOURS must hold.")
        if self.topic_retention_hours >= self.inbox_retention_hours:
            raise ValueError("TOPIC_RETENTION_HOURS < INBOX_RETENTION_HOURS must hold.")
        return self

    @model_validator(mode="after")
    def _real_stays_are_over_when_they_are(self) -> Self:
        if self.calendar_days_ahead and self.environment != "local":
            raise ValueError("CALENDAR_DAYS_AHEAD is for ENVIRONMENT=local alone.")
        return self

    def today(self) -> date:
        """The calendar day by which nights are past or ahead, and stays over."""
        return clock.today(self.time_zone) + timedelta(days=self.calendar_days_ahead)

    @property
    def replay_window(self) -> timedelta:
        return timedelta(hours=self.replay_hours)

    @property
    def outbox_retention(self) -> timedelta:
        return timedelta(hours=self.outbox_retention_hours)

    @property
    def inbox_retention(self) -> timedelta:
        return timedelta(hours=self.inbox_retention_hours)
