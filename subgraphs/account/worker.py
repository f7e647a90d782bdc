"""account in the background: what it says is sent, what it hears is kept, people are written to."""

from chassis import worker

from .consumers import consumer
from .jobs import jobs
from .resources import open_worker_resources
from .settings import Settings


def main() -> None:
    worker.main(Settings, resources=open_worker_resources, consumer=consumer, jobs=jobs)


if __name__ == "__main__":
    main()
