"""Where the books are: those of a local stack, or of whatever a test or a benchmark runs on."""

from dataclasses import dataclass

from chassis.settings import ServiceSettings
from stack.services import Surroundings


@dataclass(frozen=True)
class Places:
    database_url: str
    database_prefix: str
    redis_url: str
    provider_url: str
    """Of the PortOne simulator."""

    @classmethod
    def of(cls, around: Surroundings) -> "Places":
        return cls(
            database_url=around.backing.database_url,
            database_prefix=around.inherited.get("DATABASE_PREFIX") or prefix_by_default(),
            redis_url=around.backing.redis_url,
            provider_url=around.portone_settings().url,
        )


def prefix_by_default() -> str:
    return str(ServiceSettings.model_fields["database_prefix"].default)
