"""The people every local stack has, as the README names them."""

import hashlib

from stack.commands import command, run_together
from stack.services import Surroundings

DEMO_PASSWORD = "overthere-demo"  # noqa: S105 - printed at the terminal and in the README: it guards nothing
DEMO_PEOPLE = {
    "admin@overthere.example": ("ADMIN", "Ada"),
    "host@overthere.example": ("HOST", "Hana"),
    "guest@overthere.example": ("GUEST", "Gus"),
}


async def make_demo_people(around: Surroundings) -> None:
    """Make those that are missing, unless this database is known to have them."""
    made = around.layout.data / "demo-people"
    database = hashlib.sha256(around.backing.database_url.encode()).hexdigest()
    if made.exists() and made.read_text() == database:
        return
    for email, (role, name) in DEMO_PEOPLE.items():
        words = ["subgraphs.account.create_person", "--email", email, "--role", role, "--name", name]
        await run_together([command(around, "account", "people", words, {"OVERTHERE_PASSWORD": DEMO_PASSWORD})])
    made.write_text(database)
