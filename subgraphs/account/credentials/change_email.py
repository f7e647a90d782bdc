"""Change an e-mail: the new one is to be verified."""

from sqlalchemy.exc import IntegrityError
from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.database import violated

from ..notices.write import ask_to_verify
from ..people import store as people
from ..people.rules import EmailTaken, ensure_checked
from ..people.tables import User


async def change_email(session: AsyncSession, checked: User, email: str) -> User:
    """Nothing that was mailed to the old address is good any more. Its own e-mail again is nobody's change."""
    user = ensure_checked(await people.lock_user(session, checked.id), checked)
    if user.email == email:
        return user
    user.email, user.email_verified_at = email, None
    try:
        await session.flush()
    except IntegrityError as error:
        if violated(error) == "uq_users_email":
            raise EmailTaken from error
        raise
    await ask_to_verify(session, user.id)
    return user
