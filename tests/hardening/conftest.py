"""The subgraphs, each served once for all that is tried on it."""

from collections.abc import Iterator

import pytest

from chassis.testing import Servers

from .serving import SUBGRAPHS, Served, served


@pytest.fixture(scope="package", params=SUBGRAPHS)
def subgraph(
    request: pytest.FixtureRequest, servers: Servers, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    with served(request.param, servers, tmp_path_factory.mktemp(request.param)) as subgraph:
        yield subgraph
