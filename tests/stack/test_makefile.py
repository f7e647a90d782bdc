"""The Makefile explains itself, and CI runs what it says."""

import re
import subprocess

from stack.layout import ROOT

MAKEFILE = (ROOT / "Makefile").read_text()
PROMISED = {
    *("setup", "demo", "up", "down", "test", "test-fast", "check", "lint"),
    *("schema", "migration", "migrate", "bench", "routers", "kafka", "lock"),
}


def test_make_alone_lists_every_target_and_no_more_than_fifteen() -> None:
    said = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    listed = re.findall(r"^  make (\S+) +\S", said, re.MULTILINE)
    assert set(listed) == PROMISED
    assert len(listed) <= 15
    assert len(said.splitlines()) == len(listed)


def test_every_module_a_target_runs_is_there() -> None:
    for module in re.findall(r"\$\(python\) -m ((?:stack|bench)[\w.]*)", MAKEFILE):
        path = ROOT / module.replace(".", "/")
        assert path.with_suffix(".py").exists() or (path / "__main__.py").exists(), module


def test_ci_runs_all_of_check_and_nothing_else() -> None:
    check = re.search(r"^check: (.*?) ##", MAKEFILE, re.MULTILINE)
    steps = re.search(r"^for step in (.*); do$", (ROOT / ".ci" / "run").read_text(), re.MULTILINE)
    assert check
    assert steps
    assert steps[1].split() == ["setup", *check[1].split()]
