"""Everything account tells the world."""

from datetime import datetime
from typing import Self
from uuid import UUID

from chassis import clock
from chassis.events import Event


class UserEvent(Event):
    """A person as they have just become. Who they are is nobody else's: the role is all that is said."""

    user_id: UUID
    role: str
    at: datetime

    def key(self) -> str:
        return str(self.user_id)

    @classmethod
    def of(cls, user_id: UUID, role: str) -> Self:
        return cls(user_id=user_id, role=role, at=clock.now())


class UserRegistered(UserEvent, name="account.user.registered"):
    """Somebody signed up, or an administrator was made."""


class UserChanged(UserEvent, name="account.user.changed"):
    """The role, or what everybody sees of the person."""


class UserSuspended(UserEvent, name="account.user.suspended"):
    """May not act any more. Tokens handed out fall within a minute."""


class UserRestored(UserEvent, name="account.user.restored"):
    """May act again."""


class UserDeleted(UserEvent, name="account.user.deleted"):
    """Has left, and what was known of the person is gone. What others keep stays theirs."""
