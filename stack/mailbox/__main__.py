"""Runs the mailbox: `python -m stack.mailbox`."""

import uvicorn

from stack.mailbox.app import create_app
from stack.mailbox.settings import Settings


def main() -> None:
    settings = Settings()
    uvicorn.run(create_app(settings), host=settings.host, port=settings.port, access_log=False, log_level="info")


if __name__ == "__main__":
    main()
