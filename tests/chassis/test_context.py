"""The context of a request: its loaders batch within it and nowhere else."""

import asyncio
from typing import Any

import pytest

from chassis.context import Context
from chassis.principal import ANONYMOUS, Principal, Role
from chassis.resources import MissingResource, Resources
from tests.chassis.sample import settings
from tests.chassis.tokens import USER


def context() -> Context:
    return Context(settings(), Resources(), Principal(USER, Role.GUEST), "192.0.2.1")


asked: list[list[int]] = []


async def squares(_context: Context, keys: list[int]) -> list[int]:
    asked.append(keys)
    return [key * key for key in keys]


async def half_broken(_context: Context, keys: list[int]) -> list[Any]:
    return [key if key % 2 else ValueError(f"{key} is even") for key in keys]


async def whose(of: Context, keys: list[int]) -> list[Any]:
    return [of.principal.user_id for _ in keys]


@pytest.fixture(autouse=True)
def forget() -> None:
    asked.clear()


async def test_a_whole_level_is_asked_for_at_once() -> None:
    of = context()
    found = await asyncio.gather(*(of.loader(squares).load(number) for number in (1, 2, 3, 2)))
    assert (found, asked) == ([1, 4, 9, 4], [[1, 2, 3]])


async def test_what_was_loaded_is_not_asked_for_again_in_this_request() -> None:
    of = context()
    assert [await of.loader(squares).load(3), await of.loader(squares).load(3)] == [9, 9]
    assert asked == [[3]]


async def test_whoever_gives_up_leaves_the_others_what_they_wait_for() -> None:
    loader = context().loader(squares)

    async def wait() -> int:
        return await loader.load(3)

    first, second = asyncio.create_task(wait()), asyncio.create_task(wait())
    await asyncio.sleep(0)
    first.cancel()
    assert await second == 9
    assert first.cancelled()
    assert asked == [[3]]


async def test_another_request_or_event_loads_anew() -> None:
    of = context()
    for each in (of, context(), of.renewed()):
        await each.loader(squares).load(3)
    assert asked == [[3], [3], [3]]


async def test_what_is_forgotten_is_loaded_anew() -> None:
    of = context()
    assert await of.loader(squares).load(3) == 9
    of.forget()
    assert await of.loader(squares).load(3) == 9
    assert asked == [[3], [3]]


async def test_one_key_that_fails_fails_alone() -> None:
    of = context()
    good, bad = await asyncio.gather(
        *(of.loader(half_broken).load(number) for number in (1, 2)), return_exceptions=True
    )
    assert (good, str(bad)) == (1, "2 is even")


async def test_a_batch_function_gets_the_context_it_is_asked_in() -> None:
    assert await context().loader(whose).load(1) == USER


def test_a_renewed_context_is_of_the_same_person() -> None:
    of = context()
    renewed = of.renewed()
    assert (renewed.principal, renewed.client_address, renewed.settings) == (of.principal, "192.0.2.1", of.settings)


def test_without_a_principal_it_is_nobody() -> None:
    assert Context(settings(), Resources()).principal is ANONYMOUS


def test_what_was_never_opened_is_missed_by_name() -> None:
    with pytest.raises(MissingResource, match="Database"):
        _ = context().database
    with pytest.raises(MissingResource, match="Cache"):
        _ = context().cache
