"""The supervisor: all up or a clear line, the one that dies is named, nothing is left."""

import asyncio
import io
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from rich.console import Console

from stack.child import Child
from stack.errors import StackError
from stack.ports import free_port
from stack.progress import Progress
from stack.running import Record, recorded
from stack.server import Server
from stack.supervisor import Supervisor
from stack.wire import http_answers

ANSWERING = """
import http.server, sys
class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers()
    def log_message(self, *_):
        pass
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Answer).serve_forever()
"""


@pytest.fixture
def record(tmp_path: Path) -> Iterator[Record]:
    with recorded(tmp_path / "home") as made:
        yield made


@pytest.fixture
def said() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def supervisor(record: Record, said: io.StringIO) -> Iterator[Supervisor]:
    made = Supervisor(Progress(Console(file=said, width=200)), record)
    yield made
    made.stop()


def service(tmp_path: Path, name: str, program: str = ANSWERING, *, comes_back: bool = False) -> Server:
    port = free_port()
    child = Child(name, [sys.executable, "-c", program, str(port)], tmp_path / f"{name}.log")
    url = f"http://127.0.0.1:{port}"
    return Server(name, port, url, child, lambda: http_answers(f"{url}/"), comes_back=comes_back)


async def until_another(server: Server, pid: int | None) -> None:
    """A process has taken the place of that one, and answers."""
    async with asyncio.timeout(60):
        while server.child.pid in (None, pid) or not server.answers():
            await asyncio.sleep(0.05)


async def test_servers_start_side_by_side_and_each_is_reported(
    supervisor: Supervisor, said: io.StringIO, record: Record, tmp_path: Path
) -> None:
    servers = [service(tmp_path, name) for name in ("one", "two", "three")]
    await supervisor.start(servers)
    assert all(server.child.is_running() for server in servers)
    assert sorted(line.split()[1] for line in said.getvalue().splitlines()) == ["one", "three", "two"]
    assert {name: pid for name, (pid, _) in record.processes.items() if name != "stack"} == {
        server.name: server.child.pid for server in servers
    }


async def test_a_process_that_dies_while_others_start_is_named_with_its_log(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    good, bad = service(tmp_path, "good"), service(tmp_path, "bad", "raise SystemExit('no keys')")
    with pytest.raises(StackError) as dead:
        await supervisor.start([good, bad])
    assert str(dead.value) == (
        f'bad stopped by itself with exit code 1; its log is {tmp_path / "bad.log"} and ends with "no keys"'
    )


async def test_a_process_that_dies_later_is_named_with_its_log(supervisor: Supervisor, tmp_path: Path) -> None:
    first, second = service(tmp_path, "first"), service(tmp_path, "second")
    await supervisor.start([first])
    await supervisor.start([second])
    watching = asyncio.create_task(supervisor.watch())
    psutil.Process(first.child.pid).kill()
    with pytest.raises(StackError) as dead:
        await asyncio.wait_for(watching, 30)
    assert str(dead.value) == f"first was ended by SIGKILL; its log is {tmp_path / 'first.log'}"


async def test_a_service_that_dies_is_started_again_and_that_is_said(
    supervisor: Supervisor, said: io.StringIO, record: Record, tmp_path: Path
) -> None:
    base, api, worker = (service(tmp_path, name, comes_back=name != "base") for name in ("base", "api", "worker"))
    await supervisor.start([base, api, worker])
    watching = asyncio.create_task(supervisor.watch())
    pids = {each.name: each.child.pid for each in (base, api, worker)}
    for each in (api, worker):
        psutil.Process(each.child.pid).kill()
    for each in (api, worker):
        await until_another(each, pids[each.name])
    for each in (api, worker):
        line = f"  {each.name} was ended by SIGKILL; its log is {each.log}; it is started again in 0.5 s"
        assert line in said.getvalue().splitlines()
        assert record.processes[each.name][0] == each.child.pid
    assert base.child.pid == pids["base"]
    assert not watching.done()
    psutil.Process(base.child.pid).kill()
    with pytest.raises(StackError, match=r"^base was ended by SIGKILL; its log is "):
        await asyncio.wait_for(watching, 30)


async def test_a_service_that_dies_again_and_again_is_given_up(
    supervisor: Supervisor, said: io.StringIO, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stack.supervisor.FIRST_PAUSE", 0.001)
    once = f"import pathlib\npathlib.Path({str(tmp_path / 'once')!r}).touch(exist_ok=False)\n" + ANSWERING
    ill = service(tmp_path, "ill", once, comes_back=True)
    await supervisor.start([ill])
    watching = asyncio.create_task(supervisor.watch())
    psutil.Process(ill.child.pid).kill()
    with pytest.raises(StackError) as given_up:
        await asyncio.wait_for(watching, 60)
    assert str(given_up.value).startswith("ill stopped by itself with exit code 1; its log is ")
    assert str(given_up.value).endswith("; it died 5 times within 60 s")
    assert said.getvalue().count("it is started again") == 4


async def test_stopping_ends_what_stands_on_something_before_what_it_stands_on(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    ends = tmp_path / "ends"
    program = (
        "import signal, sys\n"
        f"def end(*_): open({str(ends)!r}, 'a').write(sys.argv[2] + ' '); sys.exit()\n"
        "signal.signal(signal.SIGTERM, end)\n" + ANSWERING
    )
    tiers = []
    for name in ("database", "api", "entrance"):
        tier = service(tmp_path, name, program)
        tier.child.arguments = [*tier.child.arguments, name]
        tiers.append(tier)
        await supervisor.start([tier])
    supervisor.stop()
    assert ends.read_text().split() == ["entrance", "api", "database"]
    assert not any(tier.child.is_running() for tier in tiers)


async def test_a_start_that_is_cancelled_leaves_nothing(supervisor: Supervisor, tmp_path: Path) -> None:
    never = service(tmp_path, "never", "import signal; signal.pause()")
    starting = asyncio.create_task(supervisor.start([never]))
    while not never.child.is_running():
        await asyncio.sleep(0)
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting
    supervisor.stop()
    assert not never.child.is_running()
