"""booking in the background: what it says is sent, what it hears is taken, and the clock is watched."""

from datetime import timedelta

from chassis import worker
from chassis.worker import Job

from .consumers import consumer
from .jobs import ask_silent_again, complete_stayed, count_stuck, expire_due
from .resources import open_resources
from .settings import Settings

JOBS = [
    Job("expire_due", timedelta(seconds=1), expire_due),
    Job("ask_silent_again", timedelta(seconds=1), ask_silent_again),
    Job("complete_stayed", timedelta(minutes=5), complete_stayed),
    Job("count_stuck", timedelta(seconds=10), count_stuck),
]


def main() -> None:
    worker.main(Settings, consumer=consumer, jobs=JOBS, resources=open_resources)


if __name__ == "__main__":
    main()
