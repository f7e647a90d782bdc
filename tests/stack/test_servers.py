"""The embedded servers: real ones, on their own data, gone when told."""

import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import asyncpg
import psutil
import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from redis.asyncio import Redis

from stack import ports
from stack.errors import StackError
from stack.layout import ROOT
from stack.ports import VARIABLE, free_port, is_free
from stack.server import Server
from stack.servers import embedded_broker, embedded_postgres, embedded_valkey

Make = Callable[..., Server]
EACH = pytest.mark.parametrize("make", [embedded_postgres, embedded_valkey, embedded_broker])


def family_of(server: Server) -> list[psutil.Process]:
    leader = psutil.Process(server.child.pid)
    return [leader, *leader.children(recursive=True)]


def living(processes: list[psutil.Process]) -> list[psutil.Process]:
    return [each for each in processes if each.is_running() and each.status() != psutil.STATUS_ZOMBIE]


@EACH
def test_a_server_that_is_stopped_leaves_no_process_and_frees_its_port(make: Make, tmp_path: Path) -> None:
    with make(tmp_path / "server") as server:
        family = family_of(server)
        assert not is_free(server.port)
    psutil.wait_procs(family, timeout=30)
    assert living(family) == []
    assert is_free(server.port)


@EACH
def test_a_server_that_is_killed_leaves_no_process_and_starts_again(make: Make, tmp_path: Path) -> None:
    with make(tmp_path / "server") as server:
        family = family_of(server)
        server.kill()
        assert living(family) == []
        assert is_free(server.port)
        server.start()
        assert server.child.is_running()


@EACH
def test_a_port_in_use_is_one_clear_line_and_nothing_is_started(make: Make, tmp_path: Path) -> None:
    with embedded_valkey(tmp_path / "first") as first:
        second = make(tmp_path / "second", port=first.port)
        with pytest.raises(StackError) as refused:
            second.start()
    assert str(refused.value) == (
        f"{second.name} needs port {first.port}, which is in use by valkey-server (pid {first.child._process.pid})"  # type: ignore[union-attr]
    )
    assert not second.child.was_started
    assert not (tmp_path / "second").exists()


@EACH
def test_a_server_does_not_outlive_the_process_that_started_it(make: Make, tmp_path: Path) -> None:
    program = textwrap.dedent(
        f"""
        import os, signal
        from pathlib import Path
        from stack.servers import {make.__name__}
        server = {make.__name__}(Path({str(tmp_path / "server")!r}))
        server.start()
        print(server.child.pid, flush=True)
        signal.pause()
        """
    )
    parent = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert parent.stdout is not None
    leader = psutil.Process(int(parent.stdout.readline()))
    family = [leader, *leader.children(recursive=True)]
    parent.kill()
    parent.wait()
    parent.stdout.close()
    psutil.wait_procs(family, timeout=30)
    assert living(family) == []


def test_a_server_that_dies_while_starting_says_where_its_log_is(tmp_path: Path) -> None:
    server = embedded_postgres(tmp_path / "server", durable=False)
    server.child.arguments = [*server.child.arguments, "-c", "shared_buffers=nonsense"]
    with pytest.raises(StackError) as died:
        server.start()
    said = str(died.value)
    assert said.startswith(f'PostgreSQL stopped by itself with exit code 1; its log is {server.log} and ends with "')
    assert said.endswith('invalid value for parameter "shared_buffers": "nonsense""')


def test_a_server_that_never_answers_is_given_up_and_killed(tmp_path: Path) -> None:
    server = embedded_valkey(tmp_path / "server")
    server.answers = lambda: False
    server.patience = 0
    with pytest.raises(StackError) as given_up:
        server.start()
    assert str(given_up.value) == f"Valkey did not answer within 0 s; its log is {server.log}"
    assert not server.child.is_running()


async def test_postgres_keeps_what_was_committed_over_a_crash_and_knows_korean(tmp_path: Path) -> None:
    with embedded_postgres(tmp_path / "postgres") as server:
        connection = await asyncpg.connect(server.url)
        await connection.execute("CREATE TABLE kept (word text)")
        await connection.execute("INSERT INTO kept VALUES ('저기어때')")
        await connection.close()
        server.kill()
        server.start()
        connection = await asyncpg.connect(server.url)
        try:
            assert await connection.fetchval("SELECT word FROM kept") == "저기어때"
            for extension in ("btree_gist", "pg_trgm", "cube", "earthdistance"):
                await connection.execute(f"CREATE EXTENSION {extension}")
            assert await connection.fetchval("SELECT similarity('서울호텔', '서울호텔')") == 1.0
            assert await connection.fetchval("SHOW fsync") == "on"
        finally:
            await connection.close()


async def test_valkey_keeps_what_it_answered_over_a_crash_and_evicts_nothing(tmp_path: Path) -> None:
    with embedded_valkey(tmp_path / "valkey") as server:
        async with Redis.from_url(server.url) as redis:
            await redis.set("accepted", "1")
        server.kill()
        server.start()
        async with Redis.from_url(server.url, decode_responses=True) as redis:
            assert await redis.get("accepted") == "1"
            settings = await redis.config_get("append*", "maxmemory-policy")
    assert settings["appendfsync"] == "always"
    assert settings["maxmemory-policy"] == "noeviction"


async def test_the_broker_declares_topics_and_forgets_them_when_it_stops(tmp_path: Path) -> None:
    async def topics() -> list[str]:
        admin = AIOKafkaAdminClient(bootstrap_servers=server.url)
        await admin.start()
        try:
            return sorted(await admin.list_topics())
        finally:
            await admin.close()

    with embedded_broker(tmp_path / "broker") as server:
        admin = AIOKafkaAdminClient(bootstrap_servers=server.url)
        await admin.start()
        await admin.create_topics([NewTopic("loyalty.events", 6, 1)])
        await admin.close()
        assert await topics() == ["loyalty.events"]
        server.restart()
        assert await topics() == []


def test_postgres_runs_below_a_folder_that_only_its_owner_may_enter(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    # Longer than a socket file's path may be.
    with embedded_postgres(closed / ("deep" * 40), durable=False) as server:
        assert server.child.is_running()


def test_no_port_is_given_twice_though_nobody_listens_on_it_yet() -> None:
    assert len({free_port() for _ in range(300)}) == 300


def test_processes_beside_each_other_are_told_which_ports_are_theirs(monkeypatch: pytest.MonkeyPatch) -> None:
    # Whoever else runs on this machine, or was given some before, may hold one of them.
    monkeypatch.setattr(ports, "_given", set())
    monkeypatch.setattr(ports, "is_free", lambda _: True)
    monkeypatch.setenv(VARIABLE, "29000-29002")
    assert {free_port() for _ in range(3)} == {29000, 29001, 29002}
    with pytest.raises(StackError, match="no free port between 29000 and 29003"):
        free_port()


@pytest.mark.parametrize("told", ["", "29000", "29002-29000", "0-5", "29000-65536", "some"])
def test_what_are_not_two_ports_is_refused(monkeypatch: pytest.MonkeyPatch, told: str) -> None:
    monkeypatch.setenv(VARIABLE, told)
    with pytest.raises(StackError, match="FREE_PORTS must be two ports"):
        free_port()


def test_free_ports_are_free_and_below_those_of_outgoing_connections() -> None:
    found = {free_port() for _ in range(20)}
    assert all(20000 <= port < 32000 for port in found)
    assert all(is_free(port) for port in found)
