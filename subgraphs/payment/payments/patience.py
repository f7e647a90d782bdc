"""How long somebody who waits for an answer waits for the provider: the background has more patience."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from chassis.errors import Unavailable

from ..provider.protocol import ProviderError

# Less than the gateways allow a subgraph.
SECONDS: Final = 10.0


@asynccontextmanager
async def patience() -> AsyncIterator[None]:
    """Raises Unavailable. What was asked of the provider may have been done all the same: the next read says so."""
    try:
        async with asyncio.timeout(SECONDS):
            yield
    except (ProviderError, TimeoutError) as error:
        raise Unavailable(retry_after=5, message="The payment provider does not answer. Please try again.") from error
