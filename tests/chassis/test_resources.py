"""Resources: found by type, closed in reverse order, missing ones named at start."""

import pytest

from chassis.resources import MissingResource, Resources, fill


class Pump:
    def __init__(self, closed: list[str], name: str = "pump") -> None:
        self.closed, self.name = closed, name

    async def close(self) -> None:
        self.closed.append(self.name)


class Pipe(Pump):
    async def close(self) -> None:
        await super().close()
        raise RuntimeError("stuck")


class Tap:
    def __init__(self, closed: list[str]) -> None:
        self.closed = closed

    def close(self) -> None:
        self.closed.append("tap")


def test_a_resource_is_found_by_its_type() -> None:
    resources = Resources()
    pump = resources.add(Pump, Pump([]))
    assert resources[Pump] is pump
    assert Pump in resources
    assert Pipe not in resources


def test_a_second_one_of_a_type_is_refused() -> None:
    resources = Resources()
    first = resources.add(Pump, Pump([]))
    with pytest.raises(ValueError, match="There is a Pump already"):
        resources.add(Pump, Pump([]))
    assert resources[Pump] is first


def test_what_is_missing_is_named_with_who_asks_for_it() -> None:
    def water(pump: Pump) -> None: ...

    resources = Resources()
    resources.add(int, 3)
    with pytest.raises(MissingResource, match=r"water: No Pump among the resources: there is int\."):
        fill(water, resources, {"pump": Pump})


async def test_all_are_closed_newest_first_though_one_fails() -> None:
    closed: list[str] = []
    resources = Resources()
    resources.add(Pump, Pump(closed))
    resources.add(Pipe, Pipe(closed, "pipe"))
    resources.add(Tap, Tap(closed))
    resources.add(str, "needs no closing")
    with pytest.raises(ExceptionGroup, match="could not be closed") as failed:
        await resources.close()
    assert closed == ["tap", "pipe", "pump"]
    assert [str(each) for each in failed.value.exceptions] == ["stuck"]
    await resources.close()
    assert closed == ["tap", "pipe", "pump"]
