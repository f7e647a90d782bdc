"""Sign in: start a session for somebody whose password was checked."""

from datetime import timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from ..people import store as people
from ..people.rules import ensure_checked
from ..people.tables import User
from .start import StartedSession, start_session
from .tokens import TokenSigner


async def sign_in(session: AsyncSession, signer: TokenSigner, checked: User, lifetime: timedelta) -> StartedSession:
    """Raise WrongCredentials where the password was changed since: its revocation must not be overtaken."""
    user = ensure_checked(await people.share_lock_user(session, checked.id), checked)
    return await start_session(session, signer, user.id, lifetime)
