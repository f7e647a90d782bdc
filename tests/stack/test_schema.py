"""Printed schemas: written by one command, held against the code by the other."""

from pathlib import Path

import pytest

from stack import schema
from stack.layout import ROOT, SUBGRAPHS


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty checkout the schemas are printed to."""
    (tmp_path / "docs").mkdir()
    for name in SUBGRAPHS:
        (tmp_path / "subgraphs" / name).mkdir(parents=True)
    monkeypatch.setattr(schema, "ROOT", tmp_path)
    return tmp_path


def test_what_is_printed_is_what_is_committed(checkout: Path) -> None:
    assert schema.main([]) == 0
    written = sorted(file.relative_to(checkout) for file in checkout.rglob("*.graphql"))
    committed = sorted(file.relative_to(ROOT) for file in (ROOT / "subgraphs").rglob("schema*.graphql"))
    assert written == committed
    assert {name for name in SUBGRAPHS if (checkout / "subgraphs" / name / "schema.graphql").exists()} == set(SUBGRAPHS)


def test_a_check_after_printing_finds_nothing_stale(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    schema.main([])
    capsys.readouterr()
    assert schema.main(["--check"]) == 0
    assert capsys.readouterr().out == ""


def test_a_check_names_the_file_that_is_stale_and_changes_nothing(
    checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    schema.main([])
    capsys.readouterr()
    stale = checkout / "subgraphs" / "loyalty" / "schema.graphql"
    stale.write_text("type Query { old: Boolean }\n")
    assert schema.main(["--check"]) == 1
    assert capsys.readouterr().out == ("subgraphs/loyalty/schema.graphql is stale: run `make schema` and commit it\n")
    assert stale.read_text() == "type Query { old: Boolean }\n"


def test_a_back_office_that_is_gone_takes_its_file_with_it(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    schema.main([])
    orphan = checkout / "subgraphs" / "booking" / "schema.admin.graphql"
    printed = [(file, None if file == orphan else sdl) for file, sdl in schema.printed()]
    orphan.write_text("type Query { old: Boolean }\n")
    monkeypatch.setattr(schema, "printed", lambda: iter(printed))
    assert schema.main(["--check"]) == 1
    assert schema.main([]) == 0
    assert not orphan.exists()
