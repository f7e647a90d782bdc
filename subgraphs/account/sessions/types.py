"""Sessions as the graph shows them."""

from datetime import datetime
from typing import Self

import strawberry

from chassis.roles import Role

from ..people.types import User
from .start import StartedSession


@strawberry.type(
    description="What a client needs to act as a person. `accessToken` is a short-lived signed JWT; `refreshToken` "
    "works once."
)
class Session:
    access_token: str
    access_token_expires_at: datetime
    refresh_token: str
    user: User
    role: Role

    @classmethod
    def from_started(cls, started: StartedSession) -> Self:
        return cls(
            access_token=started.access_token,
            access_token_expires_at=started.access_token_expires_at,
            refresh_token=started.refresh_token,
            user=User.from_row(started.user),
            role=Role(started.user.role),
        )
