"""Make a token to be mailed."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import clock

from .rules import LIFETIME, hash_of, new_token
from .tables import MailedToken


def make_token(session: AsyncSession, user_id: UUID, email: str, purpose: str) -> str:
    """It goes into the mail and nowhere else. It is good for as long as `email` is the person's."""
    token, now = new_token(), clock.now()
    row = MailedToken(
        token_hash=hash_of(token),
        user_id=user_id,
        purpose=purpose,
        email=email,
        created_at=now,
        expires_at=now + LIFETIME[purpose],
    )
    session.add(row)
    return token
