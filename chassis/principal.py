"""Who asks: a person with a role, or nobody."""

import enum
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chassis.errors import Unauthenticated


class Role(enum.Enum):
    GUEST = "GUEST"
    HOST = "HOST"
    ADMIN = "ADMIN"


@dataclass(frozen=True, slots=True)
class Principal:
    """Nobody has no role. `expires_at` is when the token stops to count, `issued_at` when it was given, `key_id` names
    what it was signed with.
    """

    user_id: UUID | None
    role: Role | None
    session_id: UUID | None = None
    issued_at: datetime | None = None
    expires_at: datetime | None = None
    key_id: str | None = None

    def require_user(self) -> UUID:
        if self.user_id is None:
            raise Unauthenticated("Please sign in.")
        return self.user_id


ANONYMOUS = Principal(user_id=None, role=None)
