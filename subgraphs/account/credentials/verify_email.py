"""Verify an e-mail: whoever has the mailed token reads its mail."""

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import clock

from ..mailed_tokens.store import use_up
from ..mailed_tokens.tables import VERIFY_EMAIL
from ..mailed_tokens.take import take_token


async def verify_email(session: AsyncSession, token: str) -> None:
    user = await take_token(session, token, VERIFY_EMAIL)
    user.email_verified_at = user.email_verified_at or clock.now()
    await use_up(session, user.id, VERIFY_EMAIL, clock.now())
