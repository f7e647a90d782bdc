"""What account does by the clock: send mails, and forget what is of no use any more."""

from datetime import timedelta

from chassis import clock
from chassis.database import Database
from chassis.jobs import Job

from .mailed_tokens.store import forget_tokens
from .notices.send import send_due_notices
from .notices.store import forget_notices
from .sessions.store import forget_sessions

# Longer than any event that could ask for the same mail again is kept anywhere.
_KEEP_NOTICES = timedelta(days=30)


async def forget(database: Database) -> None:
    now = clock.now()
    async with database.transaction() as session:
        await forget_tokens(session, now)
        await forget_sessions(session, now)
        await forget_notices(session, now - _KEEP_NOTICES)


jobs = [
    Job("send_notices", timedelta(seconds=1), send_due_notices),
    Job("forget_what_is_over", timedelta(hours=1), forget),
]
