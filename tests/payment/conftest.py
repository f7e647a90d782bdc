"""payment in this process, on real servers and the simulator, empty before each test."""

import socket
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from chassis.testing import Servers, SubgraphUnderTest, subgraph_under_test
from stack.portone.app import create_app
from stack.portone.running import running
from stack.portone.settings import Settings as SimulatorSettings
from stack.portone.settings import payment_environment
from tests.payment.world import Postbox, Simulator, World


@pytest.fixture(scope="session")
def postbox() -> Iterator[Postbox]:
    """Keeps what the simulator sends until a test delivers it: when, in which order, how often is the test's to say."""
    box = Postbox()
    with running(lambda _: box.app) as url:
        box.url = url
        yield box


@pytest.fixture(scope="session")
def simulator_settings(postbox: Postbox) -> Iterator[SimulatorSettings]:
    settings = SimulatorSettings(webhook_url=f"{postbox.url}/hook", webhook_retry_unit=0.01)
    with running(lambda port: create_app(_at(settings, port))) as url:
        yield _at(settings, int(url.rsplit(":", 1)[1]))


@pytest.fixture(scope="session")
def listener() -> Iterator[socket.socket]:
    """Where browsers find the service, for tests that have some."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener


@pytest.fixture(scope="session")
async def service(
    servers: Servers, simulator_settings: SimulatorSettings, listener: socket.socket
) -> AsyncIterator[SubgraphUnderTest]:
    environment = payment_environment(simulator_settings)
    public_url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    own = {name.removeprefix("PAYMENT_").lower(): value for name, value in environment.items()}
    async with subgraph_under_test("payment", servers, public_url=public_url, **own) as under_test:
        yield under_test


@pytest.fixture
async def world(
    service: SubgraphUnderTest, simulator_settings: SimulatorSettings, postbox: Postbox
) -> AsyncIterator[World]:
    await service.clear()
    async with (
        httpx.AsyncClient(base_url=simulator_settings.url) as at_simulator,
        httpx.AsyncClient(transport=httpx.ASGITransport(service.app), base_url="http://payment.test") as at_service,
    ):
        await at_simulator.post("/control/clear")
        postbox.empty()
        yield World(service, Simulator(simulator_settings, at_simulator), postbox, at_service)


def _at(settings: SimulatorSettings, port: int) -> SimulatorSettings:
    return settings.model_copy(update={"port": port})
