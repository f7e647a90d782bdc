"""A worker that kills itself at a step: `python -m tests.loyalty.dying Stream.sent 2` when it comes there again."""

import os
import signal
import sys
from itertools import count
from typing import Any

from chassis.kafka import Producer
from subgraphs.loyalty.coupon_events import record
from subgraphs.loyalty.coupon_events.stream import Stream
from subgraphs.loyalty.worker import main

OWNERS: dict[str, Any] = {"Stream": Stream, "Producer": Producer, "record": record}


def die_at(place: str, time: int) -> None:
    kind, name = place.split(".")
    owner = OWNERS[kind]
    step, times = getattr(owner, name), count(1)

    def come(*given: Any, **named: Any) -> Any:
        if next(times) == time:
            os.kill(os.getpid(), signal.SIGKILL)
        return step(*given, **named)

    setattr(owner, name, come)


if __name__ == "__main__":
    die_at(sys.argv[1], int(sys.argv[2]))
    del sys.argv[1:]
    main()
