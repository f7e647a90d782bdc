"""A subgraph is a folder: moved elsewhere with the chassis, it prints the same graph."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.source import ROOT, subgraphs

PRINT = """
import importlib, sys
from chassis.federation import print_schema

schema = importlib.import_module("elsewhere.schema")
sys.stdout.write(print_schema(getattr(schema, sys.argv[1])))
"""


@pytest.mark.parametrize("subgraph", subgraphs())
def test_a_subgraph_runs_from_another_home_and_prints_the_same_schema(subgraph: str, tmp_path: Path) -> None:
    ignore = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "chassis", tmp_path / "chassis", ignore=ignore)
    shutil.copytree(ROOT / "subgraphs" / subgraph, tmp_path / "elsewhere", ignore=ignore)
    for face, file in (("public", "schema.graphql"), ("admin", "schema.admin.graphql")):
        committed = ROOT / "subgraphs" / subgraph / file
        if not committed.exists():
            continue
        done = subprocess.run(
            [sys.executable, "-c", PRINT, face],
            cwd=tmp_path,
            env={"PATH": os.environ["PATH"]},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        assert done.stdout.strip() == committed.read_text().strip()
