"""Runs the simulator: `python -m stack.portone`."""

import uvicorn

from stack.portone.app import create_app
from stack.portone.settings import Settings


def main() -> None:
    settings = Settings()
    # Addresses hold no secret, yet nobody reads an access log of a simulator.
    uvicorn.run(create_app(settings), host=settings.host, port=settings.port, access_log=False, log_level="info")


if __name__ == "__main__":
    main()
