"""Sign up: make a person."""

from sqlalchemy.exc import IntegrityError
from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.database import violated
from chassis.outbox import publish

from ..events import UserRegistered
from .rules import EmailTaken
from .tables import User


async def sign_up(session: AsyncSession, user: User) -> User:
    """Raise EmailTaken where somebody was first, also at the same moment: the database decides."""
    session.add(user)
    publish(session, UserRegistered.of(user.id, user.role))
    try:
        await session.flush()
    except IntegrityError as error:
        if violated(error) == "uq_users_email":
            raise EmailTaken from error
        raise
    return user
