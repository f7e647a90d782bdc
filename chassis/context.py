"""What a resolver may reach: made once for each request, or for each event of a subscription."""

from asyncio import shield
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any, TypeAlias, TypeVar

import strawberry
from strawberry.dataloader import DataLoader

from chassis.cache import Cache
from chassis.database import Database
from chassis.principal import ANONYMOUS, Principal
from chassis.resources import Resources
from chassis.settings import ServiceSettings

Key = TypeVar("Key")
Value = TypeVar("Value")

BatchFunction: TypeAlias = Callable[["Context", list[Key]], Awaitable[Sequence[Value | BaseException]]]


class _Loader(DataLoader[Key, Value]):
    """Who no longer waits leaves the others theirs.

    A field that fails has its siblings cancelled, and to cancel who waits for a future cancels the future: whoever
    else in the request waits for the same key would be cancelled with them, and the request with it.
    """

    def load(self, key: Key) -> Awaitable[Value]:
        return shield(super().load(key))


class Context:
    """Sibling fields are resolved at the same time, so it carries the database and never a session."""

    def __init__(
        self,
        settings: ServiceSettings,
        resources: Resources,
        principal: Principal = ANONYMOUS,
        client_address: str | None = None,
    ) -> None:
        self.settings = settings
        self.resources = resources
        self.principal = principal
        self.client_address = client_address
        self._loaders: dict[Any, DataLoader[Any, Any]] = {}

    @property
    def database(self) -> Database:
        return self.resources[Database]

    @property
    def cache(self) -> Cache:
        return self.resources[Cache]

    def loader(self, batch: "BatchFunction[Key, Value]") -> DataLoader[Key, Value]:
        """The loader of this request that asks `batch(context, keys)`, which answers in the order of the keys."""
        if batch not in self._loaders:
            self._loaders[batch] = _Loader(load_fn=partial(batch, self))
        return self._loaders[batch]

    def renewed(self) -> "Context":
        """The same for the next event of a subscription, with nothing loaded yet."""
        return Context(self.settings, self.resources, self.principal, self.client_address)

    def forget(self) -> None:
        """What was loaded. Loaders hold the context and it holds them, which only the collector could undo."""
        self._loaders.clear()


Info: TypeAlias = strawberry.Info[Context, None]
