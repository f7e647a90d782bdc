"""What the person at the terminal asks of the stack, all of it by environment variables."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

OFF = {"", "0", "no", "false", "off"}


@dataclass(frozen=True)
class Options:
    """`None` for a server's address means: start the embedded one."""

    database_url: str | None = None
    redis_url: str | None = None
    kafka_bootstrap: str | None = None
    kafka: bool = False
    """Apache Kafka instead of the broker in memory."""
    routers: bool = False
    """Apollo Router and Hive Router instead of the local gateway."""
    fresh: bool = False

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> Self:
        """Read them from an environment: an empty variable is one that isn't there."""
        return cls(
            database_url=environment.get("DATABASE_URL") or None,
            redis_url=environment.get("REDIS_URL") or None,
            kafka_bootstrap=environment.get("KAFKA_BOOTSTRAP") or None,
            kafka=_is_on(environment, "KAFKA"),
            routers=_is_on(environment, "ROUTERS"),
            fresh=_is_on(environment, "FRESH"),
        )


def _is_on(environment: Mapping[str, str], name: str) -> bool:
    return environment.get(name, "").lower() not in OFF
