"""What the environment asks of the stack."""

import pytest

from stack.backing import backing
from stack.layout import Layout
from stack.options import Options


def test_nothing_asked_is_the_embedded_stack_on_the_local_gateway() -> None:
    asked = Options.read({})
    assert asked == Options(
        database_url=None, redis_url=None, kafka_bootstrap=None, kafka=False, routers=False, fresh=False
    )
    chosen = backing(Layout(), asked)
    assert [server.name for server in chosen.embedded] == ["PostgreSQL", "Valkey", "Tansu"]
    assert chosen.environment() == {
        "DATABASE_URL": "postgresql://postgres@127.0.0.1:4432/postgres",
        "REDIS_URL": "redis://127.0.0.1:4379/0",
        "KAFKA_BOOTSTRAP": "127.0.0.1:4092",
        "KAFKA_IDEMPOTENT_PRODUCER": "false",
        "KAFKA_FETCH_WAIT_MS": "20",
    }


@pytest.mark.parametrize("value", ["1", "true", "yes"])
def test_a_flag_is_on_for_any_word_of_consent(value: str) -> None:
    asked = Options.read({"FRESH": value, "ROUTERS": value, "KAFKA": value})
    assert (asked.fresh, asked.routers, asked.kafka) == (True, True, True)


@pytest.mark.parametrize("value", ["", "0", "no", "False", "off"])
def test_a_flag_is_off_when_it_is_empty_or_denied(value: str) -> None:
    asked = Options.read({"FRESH": value, "ROUTERS": value, "KAFKA": value})
    assert (asked.fresh, asked.routers, asked.kafka) == (False, False, False)


def test_each_server_that_is_named_replaces_the_embedded_one() -> None:
    named = {
        "DATABASE_URL": "postgresql://me:pw@db:5432/postgres",
        "REDIS_URL": "redis://cache:6379/3",
        "KAFKA_BOOTSTRAP": "kafka:9092",
    }
    chosen = backing(Layout(), Options.read(named))
    assert chosen.embedded == []
    # Whether its producer may be idempotent is then the person's to say: the services' own default is yes.
    assert chosen.environment() == named


def test_one_server_that_is_named_leaves_the_others_embedded() -> None:
    chosen = backing(Layout(), Options.read({"REDIS_URL": "redis://cache:6379/0", "DATABASE_URL": ""}))
    assert [server.name for server in chosen.embedded] == ["PostgreSQL", "Tansu"]
    assert chosen.redis_url == "redis://cache:6379/0"


def test_apache_kafka_remembers_and_takes_the_idempotent_producer() -> None:
    chosen = backing(Layout(), Options(kafka=True))
    assert [server.name for server in chosen.embedded] == ["PostgreSQL", "Valkey", "Apache Kafka"]
    assert not chosen.forgetful_broker
    assert "KAFKA_IDEMPOTENT_PRODUCER" not in chosen.environment()
