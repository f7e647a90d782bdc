"""Change a password: every other session ends, and what was handed out before falls."""

from datetime import timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import clock

from ..people import store as people
from ..people.revoke import revoke_tokens
from ..people.rules import ensure_checked
from ..people.tables import User
from ..sessions import store as sessions
from ..sessions.start import StartedSession, start_session
from ..sessions.tokens import TokenSigner


async def change_password(
    session: AsyncSession, signer: TokenSigner, checked: User, password_hash: str, lifetime: timedelta
) -> StartedSession:
    user = ensure_checked(await people.lock_user(session, checked.id), checked)
    return await replace_password(session, signer, user, password_hash, lifetime)


async def replace_password(
    session: AsyncSession, signer: TokenSigner, user: User, password_hash: str, lifetime: timedelta
) -> StartedSession:
    """`user` is locked. The one session there is then is the new one."""
    user.password_hash = password_hash
    await revoke_tokens(session, user)
    await sessions.end_sessions(session, user.id, clock.now())
    return await start_session(session, signer, user.id, lifetime)
