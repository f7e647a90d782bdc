"""account in the background: what it says is sent."""

from chassis import worker

from .resources import open_resources
from .settings import Settings


def main() -> None:
    worker.main(Settings, resources=open_resources)


if __name__ == "__main__":
    main()
