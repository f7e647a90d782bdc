"""Resources: what a process opens once and shares, found by its type and closed in reverse order."""

import inspect
from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar, cast, runtime_checkable

T = TypeVar("T")


@runtime_checkable
class Closable(Protocol):
    def close(self) -> Awaitable[None] | None: ...


class MissingResource(LookupError):
    """Something asks for a type that was never added: a wiring mistake, found at start."""


class Resources:
    def __init__(self) -> None:
        self._by_type: dict[type[object], object] = {}

    def add(self, kind: type[T], resource: T) -> T:
        """Keep `resource` under `kind`; it is closed with the rest if it has a `close`."""
        if kind in self._by_type:
            raise ValueError(f"There is a {kind.__qualname__} already.")
        self._by_type[kind] = resource
        return resource

    def __getitem__(self, kind: type[T]) -> T:
        if kind not in self._by_type:
            known = ", ".join(sorted(each.__qualname__ for each in self._by_type)) or "nothing"
            raise MissingResource(f"No {kind.__qualname__} among the resources: there is {known}.")
        return cast("T", self._by_type[kind])

    def __contains__(self, kind: type[object]) -> bool:
        return kind in self._by_type

    def items(self) -> list[tuple[type[object], object]]:
        """Everything in the order it was added, with the type it is found by."""
        return list(self._by_type.items())

    async def close(self) -> None:
        """Close all, newest first. One that fails does not keep the others open; the failures are raised at the end."""
        failures: list[Exception] = []
        while self._by_type:
            _, resource = self._by_type.popitem()
            try:
                await _close(resource)
            except Exception as failure:  # noqa: BLE001 (raised below, once the rest is closed)
                failures.append(failure)
        if failures:
            raise ExceptionGroup("Some resources could not be closed", failures)


def fill(function: Callable[..., object], resources: Resources, wanted: dict[str, type[object]]) -> dict[str, object]:
    """The arguments `wanted` by name, or MissingResource with the function that asks for it."""
    try:
        return {name: resources[kind] for name, kind in wanted.items()}
    except MissingResource as missing:
        raise MissingResource(f"{function.__module__}.{function.__qualname__}: {missing}") from missing


async def _close(resource: object) -> None:
    if isinstance(resource, Closable):
        closing = resource.close()
        if inspect.isawaitable(closing):
            await closing
