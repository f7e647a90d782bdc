"""Scripts: by their hash, loaded again when forgotten, all calls of a turn of the loop in one round trip."""

import asyncio

import pytest
import redis.exceptions

from chassis.cache import Cache

COUNT = "return {KEYS[1], ARGV[1], redis.call('INCR', KEYS[1])}"


async def test_a_script_is_given_its_keys_and_arguments(cache: Cache) -> None:
    run = cache.script(COUNT)
    assert await run(keys=["visits"], args=["who"]) == ["visits", "who", 1]
    assert await run(keys=["visits"], args=["else"]) == ["visits", "else", 2]


async def test_a_script_the_server_forgot_is_loaded_again(cache: Cache) -> None:
    run = cache.script(COUNT)
    await run(keys=["visits"], args=[1])
    await cache.redis.script_flush()
    assert await run(keys=["visits"], args=[1]) == ["visits", "1", 2]


async def test_calls_of_one_turn_arrive_in_their_order_in_one_round_trip(
    cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    trips = 0
    pipeline = cache.redis.pipeline

    def counted(transaction: bool) -> object:
        nonlocal trips
        trips += 1
        return pipeline(transaction=transaction)

    run = cache.script(COUNT)
    await run(keys=["visits"], args=[0])
    monkeypatch.setattr(cache.redis, "pipeline", counted)
    answers = await asyncio.gather(*(run(keys=["visits"], args=[number]) for number in range(300)))
    assert [answer[1:] for answer in answers] == [[str(number), number + 2] for number in range(300)]
    assert trips == 1


async def test_more_calls_than_fit_go_out_in_several_trips(cache: Cache) -> None:
    run = cache.script(COUNT)
    answers = await asyncio.gather(*(run(keys=["visits"], args=[number]) for number in range(2_345)))
    assert sorted(answer[2] for answer in answers) == list(range(1, 2_346))


async def test_forgotten_in_the_middle_of_a_rush_every_call_is_answered_once(cache: Cache) -> None:
    run = cache.script(COUNT)

    async def rush() -> None:
        for _ in range(50):
            await run(keys=["visits"], args=[0])

    async def forget() -> None:
        for _ in range(20):
            await cache.redis.script_flush()

    await asyncio.gather(*(rush() for _ in range(10)), forget())
    assert await cache.redis.get("visits") == "500"


async def test_one_call_that_fails_fails_alone(cache: Cache) -> None:
    run = cache.script("return redis.call('INCRBY', KEYS[1], ARGV[1])")
    answers = await asyncio.gather(
        *(run(keys=["sum"], args=[each]) for each in (1, "no number", 2)), return_exceptions=True
    )
    assert answers[0] == 1
    assert isinstance(answers[1], redis.exceptions.ResponseError)
    assert answers[2] == 3


async def test_a_caller_that_gave_up_does_not_disturb_the_others(cache: Cache) -> None:
    run = cache.script(COUNT)
    tasks = [asyncio.create_task(run(keys=["visits"], args=[number])) for number in range(3)]
    await asyncio.sleep(0)
    tasks[1].cancel()
    answers = await asyncio.gather(*tasks, return_exceptions=True)
    assert answers[0] == ["visits", "0", 1]
    assert isinstance(answers[1], asyncio.CancelledError)
    assert answers[2] == ["visits", "2", 3]


async def test_without_a_server_every_caller_is_told() -> None:
    cache = Cache.connect("redis://127.0.0.1:1/0")
    run = cache.script(COUNT)
    answers = await asyncio.gather(*(run(keys=["visits"]) for _ in range(3)), return_exceptions=True)
    assert [type(answer) for answer in answers] == [redis.exceptions.ConnectionError] * 3
    await cache.close()


async def test_a_function_of_a_library_is_loaded_when_it_is_unknown(cache: Cache) -> None:
    library = cache.library(
        """#!lua name=doors
        redis.register_function('doors_open', function(keys, args) return redis.call('INCR', keys[1]) end)
        """
    )
    opened = library.function("open")
    await cache.redis.function_flush()
    assert await opened(keys=["door"]) == 1
    await cache.redis.function_flush()
    assert await opened(keys=["door"]) == 2
