"""What the Dockerfile copies is enough for a subgraph to run, and holds nothing of the others."""

import importlib.metadata
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from string import Template

import pytest

from stack.layout import ROOT, SUBGRAPHS

DOCKERFILE = (ROOT / "Dockerfile").read_text()
STAGES = re.compile(r"^FROM (\S+) AS (\w+)\n(.*?)(?=^FROM|\Z)", re.MULTILINE | re.DOTALL)
COPIES = re.compile(r"^COPY (?!--from)(\S+) (\S+)$", re.MULTILINE)
IMPORTS = """
import importlib, importlib.abc, sys

class NotInstalled(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name.partition(".")[0] in ABSENT:
            raise ModuleNotFoundError(f"{name} is not installed", name=name)

sys.meta_path.insert(0, NotInstalled())
for module in sys.argv[1:]:
    importlib.import_module(module)
"""


def copied(stage: str) -> list[str]:
    """What a stage and those below it copy from the checkout, in order."""
    stages = {name: (parent, body) for parent, name, body in STAGES.findall(DOCKERFILE)}
    parent, body = stages[stage]
    pairs = COPIES.findall(body)
    assert all(source == target for source, target in pairs)
    return (copied(parent) if parent in stages else []) + [source for source, _ in pairs]


def build(stage: str, folder: Path, **arguments: str) -> Path:
    for path in (Template(each).substitute(arguments) for each in copied(stage)):
        source, target = ROOT / path, folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target)
    return folder


def run(folder: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *words],
        cwd=folder,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def imports() -> str:
    """A program that imports what it is told, where only the requirements of production are installed."""
    pinned = set(re.findall(r"^([\w.-]+)==", (ROOT / "requirements.txt").read_text(), re.MULTILINE))
    owners = importlib.metadata.packages_distributions().items()
    absent = [module for module, names in owners if pinned.isdisjoint(map(normalised, names))]
    assert {"psutil", "pytest", "rich"} <= set(absent)
    assert {"fastapi", "strawberry", "sqlmodel"}.isdisjoint(absent)
    return IMPORTS.replace("ABSENT", repr(set(absent)))


def normalised(distribution: str) -> str:
    return re.sub("[-_.]+", "-", distribution).lower()


@pytest.mark.parametrize("subgraph", SUBGRAPHS)
def test_a_subgraphs_image_runs_it_on_what_production_installs(subgraph: str, tmp_path: Path) -> None:
    image = build("subgraph", tmp_path, SUBGRAPH=subgraph)
    assert sorted(path.name for path in (image / "subgraphs").iterdir()) == sorted(["__init__.py", subgraph])
    assert not (image / "stack").exists()
    modules = [f"subgraphs.{subgraph}.app", f"subgraphs.{subgraph}.worker", "chassis.migrations"]
    done = run(image, "-c", imports(), *modules)
    assert done.returncode == 0, done.stderr


def test_the_simulators_image_runs_it(tmp_path: Path) -> None:
    image = build("portone", tmp_path)
    assert not (image / "subgraphs").exists()
    done = run(image, "-c", imports(), "stack.portone.app")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("command", ["app", "worker"])
def test_the_entry_point_hands_its_words_to_the_subgraph(command: str, tmp_path: Path) -> None:
    image = build("subgraph", tmp_path, SUBGRAPH="booking")
    entry = re.search(r"^ENTRYPOINT (\[.*\])$", DOCKERFILE, re.MULTILINE)
    assert entry
    programs = tmp_path / "programs"
    programs.mkdir()
    (programs / "python").write_text('#!/bin/sh\necho "$@"\n')
    (programs / "python").chmod(0o755)
    done = subprocess.run(
        [*json.loads(entry[1]), command, "--since", "24h"],
        cwd=image,
        env={"PATH": f"{programs}:{os.environ['PATH']}", "SUBGRAPH": "booking"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == f"-m subgraphs.booking.{command} --since 24h\n"


def test_what_is_copied_is_let_through_to_the_builder() -> None:
    let_through = re.findall(r"^!(\S+)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE)
    wanted = {path for stage in ("packages", "subgraph", "portone") for path in copied_or_requirements(stage)}
    assert [path for path in wanted if not any(path.startswith(allowed) for allowed in let_through)] == []


def copied_or_requirements(stage: str) -> list[str]:
    return ["requirements.txt"] if stage == "packages" else copied(stage)


def test_no_image_runs_as_root() -> None:
    for stage in ("subgraph", "portone"):
        body = DOCKERFILE.split(f" AS {stage}\n")[1].split("\nFROM ")[0]
        assert "\nUSER overthere\n" in body
        assert body.index("\nCOPY") < body.index("\nUSER")
        assert "\nHEALTHCHECK " in body
