"""The tests mirror the source: whoever opens a module knows where its test is.

Verbs may share one: a booking that is refused, released and asked about again is one story. What decides has its own.
"""

from pathlib import Path

from tests.architecture.source import ROOT, at, modules, subgraphs

DECIDES = {"rules", "gate", "flow", "admin"}
# Two halves of one thing, and figures that mean something only where they are counted.
TESTED_WITH = {"assignment": "intake", "metrics": "upkeep"}
FOR_TESTS = {"testing", "testing_schemas", "testing_sockets", "testing_tokens"}


def place_of(module: Path) -> Path:
    parts = module.relative_to(ROOT).parts
    folders = parts[1:-1] if parts[0] == "subgraphs" else parts[:-1]
    return ROOT.joinpath("tests", *folders, f"test_{TESTED_WITH.get(module.stem, module.stem)}.py")


def test_every_module_of_the_chassis_has_its_test() -> None:
    expected = [module for module in modules("chassis") if module.stem not in {"__init__", *FOR_TESTS}]
    assert [at(module) for module in expected if not place_of(module).exists()] == []


def test_whatever_decides_in_a_subgraph_has_its_test() -> None:
    expected = [module for module in modules("subgraphs") if module.stem in DECIDES]
    assert [at(module) for module in expected if not place_of(module).exists()] == []


def test_every_feature_has_its_tests() -> None:
    features = {
        folder
        for name in subgraphs()
        for folder in (ROOT / "subgraphs" / name).iterdir()
        if (folder / "tables.py").exists()
    }
    tested = {
        folder
        for folder in features
        if any((ROOT / "tests" / folder.relative_to(ROOT / "subgraphs")).glob("test_*.py"))
    }
    assert features == tested
