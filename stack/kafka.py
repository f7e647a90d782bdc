"""How Apache Kafka is set up and run as one KRaft node from its jars."""

import base64
import os
import shutil
import subprocess
import uuid
from pathlib import Path

from stack.errors import StackError
from stack.ports import LOOPBACK, free_port

PROPERTIES = """\
process.roles=broker,controller
node.id=1
listeners=PLAINTEXT://{host}:{port},CONTROLLER://{host}:{controller_port}
advertised.listeners=PLAINTEXT://{host}:{port}
controller.listener.names=CONTROLLER
controller.quorum.voters=1@{host}:{controller_port}
log.dirs={data}
auto.create.topics.enable=false
num.partitions=6
offsets.topic.num.partitions=6
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
log.retention.hours=168
"""
LOGGING = """\
status = warn
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d{ISO8601} %p %c{1}: %m%n
rootLogger.level = warn
rootLogger.appenderRef.console.ref = console
"""


def command(jars: Path, folder: Path, properties: Path) -> list[str]:
    """The command line of the server."""
    return [*_java(jars, folder), "kafka.Kafka", str(properties)]


def prepare(folder: Path, jars: Path, properties: Path, port: int) -> None:
    """Write the node's settings and, the first time, give its data folder an identity."""
    if not any(jars.glob("kafka_*.jar")):
        raise StackError(f"Apache Kafka is not in {jars}: run `make kafka`")
    data = folder / "data"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "log4j2.properties").write_text(LOGGING)
    properties.write_text(PROPERTIES.format(host=LOOPBACK, port=port, controller_port=free_port(), data=data))
    if not (data / "meta.properties").exists():
        _format(folder, jars, properties)


def _format(folder: Path, jars: Path, properties: Path) -> None:
    cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
    tool = [*_java(jars, folder), "kafka.tools.StorageTool", "format", "-t", cluster, "-c", str(properties)]
    made = subprocess.run(tool, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if made.returncode:
        raise StackError(f"Apache Kafka's data folder could not be made: {made.stdout}{made.stderr}".strip())


def _java(jars: Path, folder: Path) -> list[str]:
    home = os.environ.get("JAVA_HOME")
    java = shutil.which("java", path=f"{home}/bin") if home else shutil.which("java")
    if java is None:
        raise StackError("Apache Kafka needs Java 17 or newer: put `java` on the PATH or set JAVA_HOME")
    memory = ["-Xms64m", "-Xmx320m", "-XX:+UseSerialGC"]
    logging = f"-Dlog4j2.configurationFile={folder}/log4j2.properties"
    return [java, *memory, logging, "-cp", f"{jars}/*"]
