"""Make a person from the command line: the first administrator, or the people of a local stack.

    OVERTHERE_PASSWORD=… python -m subgraphs.account.create_person --email … --name … --role ADMIN

Whoever has the e-mail already is left as they are.
"""

import argparse
import asyncio
import os
import sys

from chassis import clock
from chassis.database import Database
from chassis.principal import Role

from .database import Outbox
from .people import store
from .people.passwords import Passwords
from .people.rules import email_of, ensure_person
from .people.sign_up import sign_up
from .people.tables import User
from .settings import Settings


def main() -> None:
    arguments = argparse.ArgumentParser(prog="create_person", description=__doc__)
    arguments.add_argument("--email", required=True)
    arguments.add_argument("--name", required=True, help="the name everybody sees")
    arguments.add_argument("--role", choices=[role.value for role in Role], default=Role.ADMIN.value)
    asked = arguments.parse_args()
    password = os.environ.get("OVERTHERE_PASSWORD")
    if not password:
        # Not an argument: those are in the list of processes and in the shell's history.
        sys.exit("OVERTHERE_PASSWORD is empty: the password is taken from there.")
    user = User(email=email_of(asked.email), password_hash="", display_name=asked.name, role=asked.role)
    print(asyncio.run(create_person(Settings(), user, password)))  # noqa: T201


async def create_person(settings: Settings, user: User, password: str) -> str:
    """What was done, in one line. Raise InvalidInput for a person who could not sign up either."""
    ensure_person(user, password, clock.today(settings.time_zone))
    passwords = Passwords(workers=1)
    database = Database.connect(settings, outbox=Outbox)
    try:
        user.password_hash = await passwords.hash(password)
        async with database.transaction() as session:
            if await store.find_user_by_email(session, user.email):
                return f"{user.email} is there already"
            await sign_up(session, user)
            return f"{user.email} is {user.role} {user.id}"
    finally:
        await passwords.close()
        await database.close()


if __name__ == "__main__":
    main()
