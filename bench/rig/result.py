"""What a run is worth: nothing, unless its books agree."""


class NoResult(SystemExit):
    """The run is not exact, so how fast it was says nothing."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"No result: {reason}.")
