"""PostgreSQL, Redis and Kafka of the stack: embedded ones, or those the person names."""

from dataclasses import dataclass

from stack.layout import Layout
from stack.options import Options
from stack.server import Server
from stack.servers import apache_kafka, embedded_broker, embedded_postgres, embedded_valkey


@dataclass(frozen=True)
class Backing:
    """What stands behind the services: the addresses, and the embedded servers where no address was given."""

    database_url: str
    redis_url: str
    kafka_bootstrap: str
    postgres: Server | None
    valkey: Server | None
    broker: Server | None
    forgetful_broker: bool
    """The broker keeps nothing over a restart (and knows no idempotent producer)."""

    @property
    def embedded(self) -> list[Server]:
        """Those that are the stack's own to start."""
        return [server for server in (self.postgres, self.valkey, self.broker) if server]

    def environment(self) -> dict[str, str]:
        """As every service reads it."""
        addresses = {
            "DATABASE_URL": self.database_url,
            "REDIS_URL": self.redis_url,
            "KAFKA_BOOTSTRAP": self.kafka_bootstrap,
        }
        # That broker looks for news at intervals that grow with how long it may wait for them.
        own = {"KAFKA_IDEMPOTENT_PRODUCER": "false", "KAFKA_FETCH_WAIT_MS": "20"}
        return addresses | (own if self.forgetful_broker else {})


def backing(layout: Layout, options: Options) -> Backing:
    """Choose the servers; nothing is started yet."""
    postgres = embedded_postgres(layout.data / "postgres", port=layout.ports.postgres, log=layout.log("postgres"))
    valkey = embedded_valkey(layout.data / "valkey", port=layout.ports.valkey, log=layout.log("valkey"))
    broker = _broker(layout, apache=options.kafka)
    return Backing(
        database_url=options.database_url or postgres.url,
        redis_url=options.redis_url or valkey.url,
        kafka_bootstrap=options.kafka_bootstrap or broker.url,
        postgres=None if options.database_url else postgres,
        valkey=None if options.redis_url else valkey,
        broker=None if options.kafka_bootstrap else broker,
        forgetful_broker=not (options.kafka_bootstrap or options.kafka),
    )


def _broker(layout: Layout, *, apache: bool) -> Server:
    if apache:
        return apache_kafka(layout.data / "kafka", layout.jars, port=layout.ports.kafka, log=layout.log("kafka"))
    return embedded_broker(layout.data / "broker", port=layout.ports.kafka, log=layout.log("broker"))
