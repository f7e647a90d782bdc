"""Every subgraph over real HTTP, from a thread of its own: who asks them here is not asynchronous."""

import asyncio
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Uuid, select

from chassis.roles import Role
from chassis.testing import Servers, SubgraphUnderTest, subgraph_under_test
from chassis.testing_tokens import TokenIssuer
from stack.layout import SUBGRAPHS
from stack.portone.app import create_app
from stack.portone.running import running
from stack.portone.settings import Settings as SimulatorSettings
from stack.portone.settings import payment_environment
from stack.ports import free_port
from subgraphs.account.sessions.tokens import SigningKey
from tests.account.conftest import pem
from tests.federation.serving import NOWHERE, PATHS, serving

__all__ = ["PATHS", "SUBGRAPHS", "Served", "served"]


@dataclass(frozen=True)
class Served:
    name: str
    url: str
    subgraph: SubgraphUnderTest
    loop: asyncio.AbstractEventLoop

    def token(self, user: UUID, role: Role) -> str:
        return self.subgraph.tokens.issue(user, role)

    def ids(self, *, newest: bool = False) -> dict[str, list[str]]:
        """Of all that is there, a few of each, by the name under which others point at it."""
        found: dict[str, list[str]] = self.do(_ids(self.subgraph, newest=newest))
        return found

    def do(self, deed: Any) -> Any:
        """What the coroutine gives, on the loop of the service."""
        return asyncio.run_coroutine_threadsafe(deed, self.loop).result(60)


@contextmanager
def served(name: str, servers: Servers, folder: Path) -> Iterator[Served]:
    """For as long as the block lasts."""
    up: Future[tuple[Served, asyncio.Event]] = Future()
    with _own(name, folder) as settings:
        thread = Thread(target=asyncio.run, args=(_serve(name, servers, settings, up),))
        thread.start()
        subgraph, stopping = up.result(60)
        try:
            yield subgraph
        finally:
            subgraph.loop.call_soon_threadsafe(stopping.set)
            thread.join()


async def _ids(subgraph: SubgraphUnderTest, *, newest: bool) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    async with subgraph.database.reading() as session:
        for table in subgraph.database.outbox.metadata.sorted_tables:
            for column in table.columns:
                if isinstance(column.type, Uuid):
                    name = f"{table.name.removesuffix('s')}_id" if column.name == "id" else column.name
                    order = [key.desc() if newest else key for key in table.primary_key.columns]
                    rows = await session.execute(select(column).where(column.is_not(None)).order_by(*order).limit(5))
                    found.setdefault(name, []).extend(str(value) for (value,) in rows)
    return {name: ids for name, ids in found.items() if ids}


async def _serve(
    name: str, servers: Servers, settings: Mapping[str, Any], up: Future[tuple[Served, asyncio.Event]]
) -> None:
    try:
        stopping = asyncio.Event()
        async with (
            subgraph_under_test(name, servers, **settings) as subgraph,
            serving(subgraph.app, lifespan="off") as url,
        ):
            up.set_result((Served(name, url, subgraph, asyncio.get_running_loop()), stopping))
            await stopping.wait()
    except BaseException as failure:
        if up.done():
            raise
        up.set_exception(failure)


@contextmanager
def _own(name: str, folder: Path) -> Iterator[Mapping[str, Any]]:
    """The settings that have no default, and what stands behind them."""
    if name == "account":
        key = Ed25519PrivateKey.generate()
        issuer = TokenIssuer(key, SigningKey(key).jwk()["kid"])
        yield {"tokens": issuer, "signing_key_files": [pem(key, folder / "signing.pem")]}
    elif name == "accommodation":
        yield {"photo_folder": folder}
    elif name == "payment":
        provider = SimulatorSettings(port=free_port(), webhook_url=f"{NOWHERE}/hook")
        with running(lambda _: create_app(provider), provider.port):
            environment = payment_environment(provider)
            yield {key.removeprefix("PAYMENT_").lower(): value for key, value in environment.items()}
    else:
        yield {}
