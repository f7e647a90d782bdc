"""The project's own source, as the architecture tests read it."""

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("chassis", "subgraphs", "stack", "bench")


def modules(*packages: str) -> list[Path]:
    """Every module of ours, migrations' revisions left out: they are history, not design."""
    found = (file for package in packages or PACKAGES for file in sorted((ROOT / package).rglob("*.py")))
    return [file for file in found if "versions" not in file.parts and "__pycache__" not in file.parts]


def subgraphs() -> list[str]:
    return sorted(folder.name for folder in (ROOT / "subgraphs").iterdir() if (folder / "schema.py").exists())


def name_of(file: Path) -> str:
    """subgraphs/loyalty/app.py → subgraphs.loyalty.app"""
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def tree_of(file: Path) -> ast.Module:
    return ast.parse(file.read_text(), filename=str(file))


def at(file: Path, node: ast.stmt | ast.expr | None = None) -> str:
    return f"{file.relative_to(ROOT)}:{node.lineno if node else 1}"
