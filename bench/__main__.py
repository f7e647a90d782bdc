"""`make bench`: run the benchmarks one after another, each in a process of its own (NAME=nights: that one alone)."""

import argparse
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def main(arguments: list[str] | None = None) -> int:
    """Exit with 1 when one of them did."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"default: all of {', '.join(benchmarks())}")
    names = parser.parse_args(arguments).names
    if unknown := set(names) - set(benchmarks()):
        parser.error(f"there is no benchmark {', '.join(sorted(unknown))}, but {', '.join(benchmarks())}")
    failed = []
    for name in names or benchmarks():
        print(f"\n== {name}", flush=True)
        if subprocess.run([sys.executable, "-m", f"bench.{name}"], cwd=HERE.parent, check=False).returncode:
            failed.append(name)
    if failed:
        print(f"\nFailed: {', '.join(failed)}")
    return 1 if failed else 0


def benchmarks() -> list[str]:
    """Every module here, and every folder that can be run, is one."""
    modules = {path.stem for path in HERE.glob("*.py")} - {"__init__", "__main__"}
    return sorted(modules | {path.parent.name for path in HERE.glob("*/__main__.py")})


if __name__ == "__main__":
    sys.exit(main())
