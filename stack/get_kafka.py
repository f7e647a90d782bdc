"""`make kafka`: get Apache Kafka and what it needs to run, through Maven as this machine has it configured."""

import shutil
import subprocess
import sys
from pathlib import Path

from stack.errors import StackError
from stack.layout import ROOT, Layout
from stack.progress import Progress

POM = ROOT / "stack" / "kafka.pom.xml"


def main() -> int:
    """Exit with 0 when Kafka is there."""
    progress = Progress()
    jars = Layout().jars
    asked_for = jars / "kafka.pom.xml"
    try:
        if not asked_for.exists() or asked_for.read_bytes() != POM.read_bytes():
            _get(jars)
            shutil.copy(POM, asked_for)
    except StackError as error:
        progress.fail(str(error))
        return 1
    progress.tell(f"{next(jars.glob('kafka_*.jar')).stem}: {jars}")
    return 0


def _get(jars: Path) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise StackError("Apache Kafka comes through Maven: put `mvn` (and Java 17 or newer) on the PATH")
    shutil.rmtree(jars, ignore_errors=True)
    goal = ["dependency:copy-dependencies", "-DincludeScope=runtime", f"-DoutputDirectory={jars}"]
    manner = ["--batch-mode", "--quiet", "--no-transfer-progress", "-Dstyle.color=never"]
    if subprocess.run([maven, *manner, "-f", str(POM), *goal], check=False).returncode:
        raise StackError("Maven could not get Apache Kafka: what it said is above")


if __name__ == "__main__":
    sys.exit(main())
