"""What a person asks on the command line; each of it can be a variable of the environment: `--fresh` is FRESH=1."""

import os
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Sequence
from typing import NamedTuple


class Word(NamedTuple):
    variable: str
    takes: str | None
    """What stands behind it; None for one that is on or off."""
    help: str

    @property
    def flag(self) -> str:
        return "--" + self.variable.lower().replace("_", "-")


ENTRANCE = Word("ENTRANCE_PORT", "PORT", "where the graph is, 4000 by default")
STACK = (
    Word("FRESH", None, "start over: forget all data of earlier runs"),
    Word("ROUTERS", None, "Apollo Router and Hive Router in front, instead of the local gateway"),
    Word("KAFKA", None, "Apache Kafka instead of the broker in memory"),
    ENTRANCE,
    Word("PORTONE_PORT", "PORT", "where the PortOne simulator is, 4300 by default"),
    Word("MAILBOX_PORT", "PORT", "where the mailbox is, 4301 by default"),
    Word("DATABASE_URL", "URL", "a PostgreSQL instead of the embedded one"),
    Word("REDIS_URL", "URL", "a Redis instead of the embedded Valkey"),
    Word("KAFKA_BOOTSTRAP", "HOST:PORT", "a Kafka instead of the embedded broker"),
)


def read_arguments(
    program: str, description: str | None, arguments: Sequence[str] | None, words: Sequence[Word] = ()
) -> dict[str, str]:
    """The environment, with what the arguments say in its place. Exits at --help and at what is no word."""
    formatter = RawDescriptionHelpFormatter
    parser = ArgumentParser(prog=program, description=description, formatter_class=formatter, allow_abbrev=False)
    for word in words:
        help_ = f"{word.help} (or {word.variable}{'=1' if word.takes is None else ''} in the environment)"
        if word.takes is None:
            parser.add_argument(word.flag, dest=word.variable, action="store_const", const="1", help=help_)
        else:
            parser.add_argument(word.flag, dest=word.variable, metavar=word.takes, help=help_)
    said = vars(parser.parse_args(arguments))
    return {**os.environ, **{name: value for name, value in said.items() if value is not None}}
