"""What clients see of errors, and what only the log does."""

from collections.abc import AsyncIterator

import httpx
import pytest
from prometheus_client import REGISTRY
from pydantic import SecretStr
from sqlalchemy import text
from structlog.testing import capture_logs

from chassis.cache import Cache
from chassis.database import Database
from chassis.masking import shown
from tests.chassis.notes import Outbox, Settings
from tests.chassis.sample import ask, codes, running, service


@pytest.fixture(scope="module")
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with running(service()) as started:
        yield started


def counted(code: str) -> float:
    return REGISTRY.get_sample_value("graphql_errors_total", {"code": code}) or 0


@pytest.mark.parametrize("query", ["{broken}", "{naive}", "{graphqlError}"])
async def test_the_unexpected_is_masked_with_an_id_that_is_in_the_log(client: httpx.AsyncClient, query: str) -> None:
    with capture_logs() as logs:
        answer = await client.post("/graphql", json={"query": query})
    error = answer.json()["errors"][0]
    assert error["message"] == "Internal error"
    assert set(error["extensions"]) == {"code", "id"}
    assert error["extensions"]["code"] == "INTERNAL"
    logged = next(each for each in logs if each["event"] == "internal_error")
    assert logged["error_id"] == error["extensions"]["id"]
    assert logged["path"] == query.strip("{}")
    assert logged["log_level"] == "error"
    assert logged["exc_info"].__traceback__ is not None
    assert "swordfish" not in answer.text
    assert "2026-05-01" not in answer.text


async def test_a_refusal_goes_out_as_it_is(client: httpx.AsyncClient) -> None:
    assert (await ask(client, "{invalid}"))["errors"][0]["extensions"] == {
        "code": "INVALID_INPUT",
        "fields": [{"field": "input.name", "code": "TOO_LONG"}],
    }


async def test_a_server_that_is_away_is_no_internal_error(client: httpx.AsyncClient) -> None:
    with capture_logs() as logs:
        answer = await client.post("/graphql", json={"query": "{away}"})
    error = answer.json()["errors"][0]
    assert error["extensions"] == {"code": "UNAVAILABLE", "retryAfter": 1}
    assert "10.0.0.7" not in answer.text
    assert [(each["event"], each["path"]) for each in logs if each["event"] == "unavailable"] == [
        ("unavailable", "away")
    ]


async def test_a_variable_of_the_wrong_type_is_invalid_input(client: httpx.AsyncClient) -> None:
    body = await ask(client, "query($n:[Int!]!){count(numbers:$n)}", {"n": ["x"]})
    assert codes(body) == ["INVALID_INPUT"]
    assert "Variable '$n' has invalid value" in body["errors"][0]["message"]


async def test_an_argument_without_its_variable_is_about_the_query(client: httpx.AsyncClient) -> None:
    body = await ask(client, "query($n:Int=1,$d:Decimal){count(numbers:[$n]) money(amount:1){amount}}", {"d": "x"})
    assert codes(body) == ["GRAPHQL_VALIDATION_FAILED"]


async def test_each_error_is_counted_by_its_code(client: httpx.AsyncClient) -> None:
    before = {code: counted(code) for code in ("NOT_FOUND", "INTERNAL", "GRAPHQL_PARSE_FAILED")}
    await ask(client, "{missing a:missing broken}")
    await ask(client, "{")
    after = {code: counted(code) for code in before}
    assert {code: after[code] - before[code] for code in before} == {
        "NOT_FOUND": 2,
        "INTERNAL": 1,
        "GRAPHQL_PARSE_FAILED": 1,
    }


def test_an_error_outside_of_graphql_is_masked_too() -> None:
    error = shown(KeyError("swordfish"))
    assert error["message"] == "Internal error"
    assert "swordfish" not in str(error)


@pytest.mark.parametrize(
    ("statements", "code"),
    [
        (["SET LOCAL statement_timeout = 10", "SELECT pg_sleep(5)"], "UNAVAILABLE"),
        (["SET LOCAL lock_timeout = 10", "LOCK TABLE notes"], "UNAVAILABLE"),
        (["SELECT pg_terminate_backend(pg_backend_pid())"], "UNAVAILABLE"),
        (["SELECT 1 / 0 AS swordfish"], "INTERNAL"),
        (["SELECT * FROM swordfish"], "INTERNAL"),
    ],
)
async def test_the_databases_troubles_are_told_apart(database: Database, statements: list[str], code: str) -> None:
    async def trouble() -> None:
        async with database.transaction() as session:
            for statement in statements:
                await session.execute(text(statement))

    async with database.transaction() as holder:
        await holder.execute(text("LOCK TABLE notes"))
        with pytest.raises(Exception) as raised, capture_logs():  # noqa: PT011 - what it is must not matter
            await trouble()
        with capture_logs():
            error = shown(raised.value)
    assert error["extensions"]["code"] == code
    assert "swordfish" not in str(error)


async def test_a_database_that_is_not_there_is_away(settings: Settings) -> None:
    elsewhere = settings.model_copy(update={"database_url": SecretStr("postgresql://postgres@127.0.0.1:9/postgres")})
    nowhere = Database.connect(elsewhere, outbox=Outbox)
    with pytest.raises(Exception) as raised:  # noqa: PT011
        await nowhere.ping()
    await nowhere.close()
    with capture_logs():
        assert shown(raised.value)["extensions"]["code"] == "UNAVAILABLE"


async def test_a_redis_that_is_not_there_is_away() -> None:
    nowhere = Cache.connect("redis://127.0.0.1:9")
    with pytest.raises(Exception) as raised:  # noqa: PT011
        await nowhere.ping()
    await nowhere.close()
    with capture_logs():
        assert shown(raised.value)["extensions"]["code"] == "UNAVAILABLE"
