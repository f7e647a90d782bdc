"""What can go wrong with the stack, as one line a person can act on."""


class StackError(Exception):
    """The stack can't go on; the message is one line that says what happened and where to look."""
