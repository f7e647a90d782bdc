"""loyalty's API once more, as on another machine: connections, caches and watchers of its own, the same servers."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

import httpx

from chassis.testing import SubgraphUnderTest
from subgraphs.loyalty.app import create_app
from subgraphs.loyalty.settings import Settings


@asynccontextmanager
async def another_api(subgraph: SubgraphUnderTest) -> AsyncIterator[SubgraphUnderTest]:
    app = create_app(cast("Settings", subgraph.settings))
    client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test")
    async with app.router.lifespan_context(app), client as http:
        yield SubgraphUnderTest(subgraph.settings, app, app.state.resources, subgraph.tokens, subgraph.consumer, http)
