"""Guessing is slow: so many wrong passwords for an e-mail, and from an address, and then none for a while."""

import asyncio
from typing import Any

import httpx
import pytest

from chassis.cache import Cache
from chassis.quota import Quota
from chassis.testing import Answer
from stack.ports import free_port
from subgraphs.account.sessions.attempts import Attempts
from subgraphs.account.sessions.rules import network_of
from tests.account.world import SIGN_IN, World

WRONG = "wrong horse battery"


async def sign_in(world: World, email: str = "mina@example.com", password: str = WRONG) -> Answer:
    return await world.account.graphql(SIGN_IN, {"input": {"email": email, "password": password}})


async def sign_in_from(world: World, address: str, email: str, password: str = WRONG) -> Any:
    """From elsewhere than the tests' own address."""
    transport = httpx.ASGITransport(world.account.app, client=(address, 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as http:
        variables = {"input": {"email": email, "password": password}}
        body = (await http.post("/graphql", json={"query": SIGN_IN, "variables": variables})).json()
        return [error["extensions"]["code"] for error in body.get("errors", [])]


@pytest.mark.parametrize("email", ["mina@example.com", "nobody@example.com"])
async def test_after_so_many_wrong_passwords_an_email_waits_whether_it_is_known_or_not(
    limited: World, email: str
) -> None:
    mina = await limited.sign_up("mina")
    assert [(await sign_in(limited, email)).codes for _ in range(3)] == [["WRONG_CREDENTIALS"]] * 3
    refused = await sign_in(limited, f" {email.upper()}")
    assert refused.codes == ["RATE_LIMITED"]
    assert 300 <= refused.errors[0]["extensions"]["retryAfter"] <= 600
    right = await limited.sign_in(mina)
    assert right.codes == (["RATE_LIMITED"] if email == mina.email else [])


async def test_of_twenty_guesses_at_once_three_are_tried(limited: World) -> None:
    await limited.sign_up("mina")
    answers = await asyncio.gather(*(sign_in(limited) for _ in range(20)))
    codes = sorted(code for answer in answers for code in answer.codes)
    assert codes == ["RATE_LIMITED"] * 17 + ["WRONG_CREDENTIALS"] * 3


async def test_right_passwords_do_not_count(limited: World) -> None:
    mina = await limited.sign_up("mina")
    for _ in range(8):
        assert (await limited.sign_in(mina)).errors == []
    assert [(await sign_in(limited)).codes for _ in range(4)] == [["WRONG_CREDENTIALS"]] * 3 + [["RATE_LIMITED"]]


async def test_a_suspended_person_with_the_right_password_has_made_no_mistake(limited: World) -> None:
    mina = await limited.sign_up("mina")
    await limited.execute("update users set suspended_at = now()")
    assert [(await limited.sign_in(mina)).codes for _ in range(5)] == [["SUSPENDED"]] * 5


async def test_an_address_waits_whoever_it_tries(limited: World) -> None:
    guesses = [await sign_in_from(limited, "192.0.2.1", f"{number}@example.com") for number in range(7)]
    assert guesses == [["WRONG_CREDENTIALS"]] * 6 + [["RATE_LIMITED"]]
    assert await sign_in_from(limited, "192.0.2.2", "6@example.com") == ["WRONG_CREDENTIALS"]
    assert await sign_in_from(limited, "192.0.2.2", "6@example.com") == ["WRONG_CREDENTIALS"]


async def test_who_is_refused_by_one_limit_uses_up_no_other(limited: World) -> None:
    mina = await limited.sign_up("mina")
    for number in range(6):
        await sign_in_from(limited, "192.0.2.1", f"{number}@example.com")
    for _ in range(5):
        assert await sign_in_from(limited, "192.0.2.1", mina.email) == ["RATE_LIMITED"]
    assert (await limited.sign_in(mina)).errors == []
    assert [(await sign_in(limited)).codes for _ in range(3)] == [["WRONG_CREDENTIALS"]] * 3


async def test_the_window_ends(limited: World) -> None:
    mina = await limited.sign_up("mina")
    for _ in range(4):
        await sign_in(limited)
    for key in await limited.account.cache.redis.keys("account:sign-in:*"):
        assert 300_000 < await limited.account.cache.redis.pttl(key) <= 600_000
        await limited.account.cache.redis.pexpire(key, 1)
    async with asyncio.timeout(20):
        while await limited.account.cache.redis.keys("account:sign-in:*"):
            await asyncio.sleep(0.005)
    assert (await limited.sign_in(mina)).errors == []


async def test_no_email_is_kept_in_the_counters(limited: World) -> None:
    await sign_in(limited, "mina@example.com")
    keys = await limited.account.cache.redis.keys("*")
    assert len(keys) == 2
    assert [key for key in keys if "mina" in key] == []


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("unix", "unix"),
    ],
)
def test_addresses_are_counted_by_who_has_them(address: str, network: str) -> None:
    assert network_of(address) == network


async def test_while_nobody_can_count_nobody_may_guess(limited: World, monkeypatch: pytest.MonkeyPatch) -> None:
    mina, away = await limited.sign_up("mina"), Cache.connect(f"redis://127.0.0.1:{free_port()}/0")
    with monkeypatch.context() as patch:
        patch.setattr(limited.account.resources[Attempts], "_quota", Quota(away))
        limited.account.sql.clear()
        assert [(await sign_in(limited)).codes, (await limited.sign_in(mina)).codes] == [["UNAVAILABLE"]] * 2
        assert [statement for statement in limited.account.sql if "users" in statement] == []
    await away.close()
    assert (await limited.sign_in(mina)).errors == []
