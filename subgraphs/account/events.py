"""Everything account tells the world."""

from datetime import datetime
from uuid import UUID

from chassis.events import Event


class UserRegistered(Event, name="account.user.registered"):
    """Somebody signed up, or an administrator was made."""

    user_id: UUID
    role: str
    at: datetime

    def key(self) -> str:
        return str(self.user_id)
