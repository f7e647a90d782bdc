"""`make schema`: print every subgraph's schemas, and the page of its messages, to the files that are committed.

`--check` compares them instead, and fails when one is stale.
"""

import argparse
import importlib
import sys
from collections.abc import Iterator
from pathlib import Path

from chassis.federation import print_schema
from stack import messages
from stack.layout import ROOT, SUBGRAPHS

FILES = {"public": "schema.graphql", "admin": "schema.admin.graphql"}


def main(arguments: list[str] | None = None) -> int:
    """Exit with 1 when a committed file is not what the code says."""
    parser = argparse.ArgumentParser(prog="python -m stack.schema", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail when a file is stale")
    checking = parser.parse_args(arguments).check
    stale = [file for file, said in printed() if _read(file) != said]
    for file, said in [] if checking else printed():
        _write(file, said)
    for file in stale:
        said = "is stale: run `make schema` and commit it" if checking else "is new"
        print(f"{file.relative_to(ROOT)} {said}")
    return 1 if checking and stale else 0


def printed() -> Iterator[tuple[Path, str | None]]:
    """Each file and what it should hold: None where a subgraph has no back office."""
    yield ROOT / "docs/events.md", messages.page()
    for name in SUBGRAPHS:
        module = importlib.import_module(f"subgraphs.{name}.schema")
        for face, file in FILES.items():
            schema = getattr(module, face, None)
            yield ROOT / "subgraphs" / name / file, f"{print_schema(schema).strip()}\n" if schema else None


def _read(file: Path) -> str | None:
    return file.read_text() if file.exists() else None


def _write(file: Path, said: str | None) -> None:
    if said is None:
        file.unlink(missing_ok=True)
    else:
        file.write_text(said)


if __name__ == "__main__":
    sys.exit(main())
