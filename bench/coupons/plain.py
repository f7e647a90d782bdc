"""The plain way, to compare with: FastAPI's GraphQLRouter as it comes, and one transaction with a row lock an issue.

PLAIN_DATABASE_URL=… JWKS_URL=… PORT=… python -m bench.coupons.plain
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import asyncpg
import strawberry
import uvicorn
from fastapi import FastAPI, Request
from strawberry.fastapi import GraphQLRouter

from chassis.auth import TokenVerifier
from chassis.jwks import RemoteKeys
from chassis.revocations import FixedRevocations

TABLES = """
create table if not exists events (id uuid primary key, quantity int not null, issued int not null default 0);
create table if not exists coupons (event_id uuid, user_id uuid, slot int, primary key (event_id, user_id));
"""


@strawberry.type
class Issuance:
    id: strawberry.ID
    status: str
    rejection: str | None
    rank: int | None


@strawberry.type
class Query:
    ready: bool = True


@strawberry.type
class Mutation:
    @strawberry.mutation
    async def issue_coupon(self, info: strawberry.Info, coupon_event_id: strawberry.ID) -> Issuance:
        state = info.context["request"].app.state
        principal = await state.verifier.principal(info.context["request"].headers.get("authorization"))
        event_id, user_id = UUID(coupon_event_id), principal.require_user()
        async with state.pool.acquire() as connection, connection.transaction():
            slot = await _issue(connection, event_id, user_id)
        found = Issuance(id=strawberry.ID(f"{event_id}:{user_id}"), status="ISSUED", rejection=None, rank=slot)
        return found if slot else Issuance(id=found.id, status="REJECTED", rejection="SOLD_OUT", rank=None)


async def _issue(connection: asyncpg.Connection, event_id: UUID, user_id: UUID) -> int | None:
    row = await connection.fetchrow("select quantity, issued from events where id = $1 for update", event_id)
    mine = await connection.fetchval("select slot from coupons where event_id = $1 and user_id = $2", event_id, user_id)
    if mine or row["issued"] >= row["quantity"]:
        return mine
    await connection.execute("insert into coupons values ($1, $2, $3)", event_id, user_id, row["issued"] + 1)
    await connection.execute("update events set issued = issued + 1 where id = $1", event_id)
    return row["issued"] + 1


async def context(request: Request) -> dict[str, Request]:
    return {"request": request}


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    url = os.environ["PLAIN_DATABASE_URL"]
    app.state.verifier = TokenVerifier(
        RemoteKeys(os.environ["JWKS_URL"]),
        FixedRevocations(),
        issuer="https://overthere.example",
        audience="overthere",
    )
    async with asyncpg.create_pool(url, min_size=10, max_size=10) as app.state.pool:
        yield


app = FastAPI(lifespan=lifespan)
app.include_router(
    GraphQLRouter(strawberry.Schema(query=Query, mutation=Mutation), context_getter=context), prefix="/graphql"
)


@app.get("/healthz")
async def healthz() -> dict[str, str]:
    return {"status": "alive"}


async def prepare(url: str, event_id: UUID, quantity: int) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute(TABLES)
    await connection.execute("insert into events values ($1, $2)", event_id, quantity)
    await connection.close()


async def issued(url: str, event_id: UUID) -> tuple[int, int]:
    """How many coupons there are, and how many people have one."""
    connection = await asyncpg.connect(url)
    row = await connection.fetchrow(
        "select count(*), count(distinct user_id) from coupons where event_id = $1", event_id
    )
    await connection.close()
    return row[0], row[1]


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(os.environ["PORT"]), log_level="warning", access_log=False)
