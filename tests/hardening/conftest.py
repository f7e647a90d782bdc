"""The subgraphs, each served once for all that is tried on it."""

from collections.abc import Iterator
from uuid import UUID

import pytest

from chassis.roles import Role
from chassis.testing import Servers

from .seeds import seed
from .serving import SUBGRAPHS, Served, served


@pytest.fixture(scope="package", params=SUBGRAPHS)
def subgraph(
    request: pytest.FixtureRequest, servers: Servers, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    with served(request.param, servers, tmp_path_factory.mktemp(request.param)) as subgraph:
        yield subgraph


@pytest.fixture(scope="module")
def people(subgraph: Served) -> dict[Role, UUID]:
    """Who asks, by role: each has something of their own, as far as the subgraph knows anything by itself.

    Others than in the files before: what is tried there may have changed those, or sent them away.
    """
    return seed(subgraph)
