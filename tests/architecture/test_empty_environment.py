"""Importing opens nothing and reads nothing: everything is built from a settings argument."""

import os
import subprocess
import sys

from tests.architecture.source import ROOT, modules, name_of

WATCHED = """
import importlib, sys

def watch(event, arguments):
    if event in ("socket.connect", "socket.bind", "subprocess.Popen", "os.putenv"):
        raise SystemExit(f"importing caused {event} {arguments}")
    if event == "open" and isinstance(arguments[1], str) and set(arguments[1]) & set("wax+"):
        raise SystemExit(f"importing wrote {arguments[0]}")

sys.dont_write_bytecode = True
for name in sys.argv[1:]:
    if name == sys.argv[1]:
        sys.addaudithook(watch)
    importlib.import_module(name)
"""


def test_every_module_imports_with_an_empty_environment_and_opens_nothing() -> None:
    names = [name_of(file) for file in modules("chassis", "subgraphs", "stack")]
    importable = [name for name in names if not name.endswith(("__main__", "migrations.env"))]
    done = subprocess.run(
        [sys.executable, "-c", WATCHED, *importable],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr + done.stdout
