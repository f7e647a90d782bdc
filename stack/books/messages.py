"""What must be true of messages once all is at rest: all sent, all taken by whoever listens, none dead."""

from collections.abc import Iterator
from importlib import import_module

from stack.books.breach import Breach
from stack.books.read import Books
from stack.layout import SUBGRAPHS


def messages(books: Books) -> Iterator[Breach]:
    listeners = {name: import_module(f"subgraphs.{name}.consumers").consumer.names for name in SUBGRAPHS}
    taken = {name: {row["message_id"] for row in books.at[name].inbox} for name in SUBGRAPHS}
    for name in SUBGRAPHS:
        for row in books.at[name].outbox:
            about = f"{row['name']} {row['id']} of {name}"
            if row["sent_at"] is None:
                yield Breach("what is said is sent", about, "waits in the outbox")
            for listener in SUBGRAPHS:
                if row["name"] in listeners[listener] and row["id"] not in taken[listener]:
                    yield Breach("what is sent is taken", about, f"{listener} has not taken it")
        for letter in books.at[name].letters:
            if letter["replayed_at"] is None:
                about = f"{letter['name']} {letter['message_id']} at {name}"
                yield Breach("no message is dead", about, f"dead letter {letter['id']}: {letter['reason']}")
