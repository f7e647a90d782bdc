"""Keys are fetched when they are needed, seldom enough, and kept while their source is away."""

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from structlog.testing import capture_logs

from chassis.errors import Unavailable
from chassis.jwks import RemoteKeys
from chassis.testing_tokens import jwk_of

ONE, TWO = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
URL = "http://account.test/.well-known/jwks.json"


class Account:
    """The service that publishes keys: what it answers can be changed, and it counts who asks."""

    def __init__(self, *keys: dict[str, Any]) -> None:
        self.asked = 0
        self.answer: Callable[[], httpx.Response] = lambda: httpx.Response(200, json={"keys": list(keys)})

    def publish(self, *keys: dict[str, Any]) -> None:
        self.answer = lambda: httpx.Response(200, json={"keys": list(keys)})

    def go_away(self) -> None:
        def refuse() -> httpx.Response:
            raise httpx.ConnectError("refused")

        self.answer = refuse

    async def handle(self, _request: httpx.Request) -> httpx.Response:
        self.asked += 1
        await asyncio.sleep(0)
        return self.answer()

    def keys(self, **options: Any) -> RemoteKeys:
        return RemoteKeys(URL, client=httpx.AsyncClient(transport=httpx.MockTransport(self.handle)), **options)


async def test_keys_are_fetched_once_and_kept() -> None:
    account = Account(jwk_of(ONE, "one"), jwk_of(TWO, "two"))
    keys = account.keys()
    assert await keys.key("one") == ONE.public_key()
    assert await keys.key("two") == TWO.public_key()
    assert account.asked == 1
    await keys.close()


async def test_many_at_once_fetch_once() -> None:
    account = Account(jwk_of(ONE, "one"))
    keys = account.keys()
    found = await asyncio.gather(*(keys.key("one") for _ in range(200)))
    assert found == [ONE.public_key()] * 200
    assert account.asked == 1
    await keys.close()


async def test_a_new_key_is_found_by_its_id() -> None:
    account = Account(jwk_of(ONE, "one"))
    keys = account.keys(pause=0)
    await keys.key("one")
    account.publish(jwk_of(ONE, "one"), jwk_of(TWO, "two"))
    assert await keys.key("two") == TWO.public_key()
    assert account.asked == 2
    await keys.close()


async def test_unknown_ids_can_not_make_it_fetch_without_end() -> None:
    account = Account(jwk_of(ONE, "one"))
    keys = account.keys(pause=60)
    await keys.key("one")
    for number in range(100):
        assert await keys.key(f"invented {number}") is None
    assert account.asked == 1
    await keys.close()


async def test_known_keys_work_while_the_source_is_away() -> None:
    account = Account(jwk_of(ONE, "one"))
    keys = account.keys(pause=0, fresh=0)
    await keys.key("one")
    account.go_away()
    with capture_logs() as logs:
        with pytest.raises(Unavailable) as refused:
            await keys.key("two")
        assert await keys.key("one") == ONE.public_key()
    assert refused.value.code == "UNAVAILABLE"
    assert logs[0]["event"] == "jwks_unavailable"
    await keys.close()


async def test_without_any_key_tokens_can_not_be_judged() -> None:
    account = Account()
    account.go_away()
    keys = account.keys(pause=60)
    with capture_logs():
        for _ in range(3):
            with pytest.raises(Unavailable) as refused:
                await keys.key("one")
            assert refused.value.extensions["retryAfter"] == 60
        with pytest.raises(Unavailable):
            await keys.ping()
    assert account.asked == 1
    await keys.close()


async def test_it_recovers_when_the_source_is_back() -> None:
    account = Account()
    account.go_away()
    keys = account.keys(pause=0)
    with capture_logs(), pytest.raises(Unavailable):
        await keys.key("one")
    account.publish(jwk_of(ONE, "one"))
    assert await keys.key("one") == ONE.public_key()
    await keys.ping()
    await keys.close()


async def test_a_key_that_was_taken_back_is_forgotten() -> None:
    account = Account(jwk_of(ONE, "one"), jwk_of(TWO, "two"))
    keys = account.keys(pause=0, fresh=0)
    await keys.key("one")
    account.publish(jwk_of(TWO, "two"))
    assert await keys.key("one") == ONE.public_key()  # served once more while they are fetched again
    while account.asked < 2 or keys._fetching:
        await asyncio.sleep(0)
    assert await keys.key("one") is None
    await keys.close()


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(500, json={"keys": [jwk_of(TWO, "two")]}),
        httpx.Response(302, headers={"location": "http://elsewhere.test"}),
        httpx.Response(200, text="nonsense"),
        httpx.Response(200, json=[]),
        httpx.Response(200, json={"keys": {}}),
        httpx.Response(200, content=b'{"keys": ["' + b"x" * 70_000 + b'"]}'),
        httpx.Response(200, json={"keys": [jwk_of(ONE, "one") | {"x": "AAAA"}]}),
        httpx.Response(200, json={"keys": [jwk_of(ONE, "one") | {"d": jwk_of(TWO, "")["x"]}]}),
    ],
    ids=["500", "elsewhere", "no JSON", "no object", "no list", "too large", "no point", "a private key"],
)
async def test_what_is_no_key_document_changes_nothing(answer: httpx.Response) -> None:
    account = Account(jwk_of(ONE, "one"))
    keys = account.keys(pause=0)
    await keys.key("one")
    account.answer = lambda: answer
    with capture_logs(), pytest.raises(Unavailable):
        await keys.key("two")
    assert await keys.key("one") == ONE.public_key()
    await keys.close()


async def test_keys_for_anything_else_are_passed_over() -> None:
    others = [
        {"kty": "RSA", "kid": "rsa", "n": "AQAB", "e": "AQAB"},
        jwk_of(TWO, "two") | {"use": "enc"},
        jwk_of(TWO, "three") | {"alg": "ES256"},
        {name: value for name, value in jwk_of(TWO, "").items() if name != "kid"},
        "nonsense",
    ]
    account = Account(*others, jwk_of(ONE, "one"))  # type: ignore[arg-type]
    keys = account.keys(pause=60)
    assert await keys.key("one") == ONE.public_key()
    assert [await keys.key(kid) for kid in ("rsa", "two", "three", "")] == [None] * 4
    await keys.close()


async def test_a_caller_that_leaves_does_not_stop_the_fetch_of_the_others() -> None:
    account = Account(jwk_of(ONE, "one"))
    keys = account.keys()
    leaver, stayer = (asyncio.create_task(keys.key("one")) for _ in range(2))
    await asyncio.sleep(0)
    leaver.cancel()
    assert await stayer == ONE.public_key()
    assert account.asked == 1
    await keys.close()
