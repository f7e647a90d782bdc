"""What is of no use any more is forgotten, and nothing else."""

from typing import Any

from sqlalchemy import text

from subgraphs.account.jobs import forget
from tests.account.mailroom import Mailroom, Moody
from tests.account.world import World


async def counted(world: World) -> dict[str, Any]:
    async with world.account.database.reading() as session:
        tables = ("refresh_tokens", "mailed_tokens", "notices")
        return {table: (await session.execute(text(f"select count(*) from {table}"))).scalar() for table in tables}


async def test_what_has_expired_is_forgotten(world: World, mailroom: Mailroom, postman: Moody) -> None:
    await world.sign_up("mina")
    await mailroom.send()
    await forget(world.account.database)
    assert await counted(world) == {"refresh_tokens": 1, "mailed_tokens": 1, "notices": 1}
    await world.execute("update refresh_tokens set expires_at = now() - interval '1 second'")
    await world.execute("update mailed_tokens set expires_at = now() - interval '1 second'")
    await world.execute("update notices set settled_at = now() - interval '31 days'")
    await forget(world.account.database)
    assert await counted(world) == {"refresh_tokens": 0, "mailed_tokens": 0, "notices": 0}
