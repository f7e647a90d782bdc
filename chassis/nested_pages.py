"""Pages within a page: one for each of many owners, with as many statements as for one owner."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import ARRAY, Select, column, func, literal, select, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from chassis.cursors import Order, after_cursor, decode_cursor
from chassis.pagination import Page, ensure_page_size, page_of, with_keyset

Owner = TypeVar("Owner")
Wish = TypeVar("Wish")
Row = TypeVar("Row")


async def pages_by_owner(
    session: AsyncSession,
    statement: Select[*tuple[Any, ...]] | SelectOfScalar[Any],
    owner: Any,
    owners: Sequence[Owner],
    *,
    order: Sequence[Order],
    first: int,
    after: str | None,
    count: bool,
) -> dict[Owner, Page[Any]]:
    """What `pagination.page` gives for the same order, for each of the owners; `owner` says whose a row is.

    One statement reads the pages and one counts them, whatever the number of owners and of rows nobody asked for.
    Raises InvalidInput on `first` or `after`.
    """
    size = ensure_page_size(first)
    rest = statement if after is None else statement.where(after_cursor(order, decode_cursor(order, after)))
    wanted = _first_of_each(rest, owner, owners, order, size + 1)
    keyed = with_keyset(statement.add_columns(owner), order).where(order[-1].column.in_(wanted))
    found: dict[Owner, list[Sequence[Any]]] = {}
    for row in await session.execute(keyed.order_by(*(each.clause for each in order))):
        at = len(row) - len(order) - 1
        found.setdefault(row[at], []).append((*row[:at], *row[at + 1 :]))
    totals = await _totals(session, statement, owner, owners) if count else None
    return {
        each: page_of(found.get(each, []), order, size, after, totals.get(each, 0) if totals is not None else None)
        for each in owners
    }


async def pages_in_order(
    asked: Sequence[tuple[Owner, Wish]], load: Callable[[list[Owner], Wish], Awaitable[Mapping[Owner, Page[Row]]]]
) -> list[Page[Row]]:
    """For a loader whose keys are owners with what is wanted of each: `load` once for all who want the same."""
    owners: dict[Wish, list[Owner]] = {}
    for owner, wish in asked:
        owners.setdefault(wish, []).append(owner)
    found = {wish: await load(wanting, wish) for wish, wanting in owners.items()}
    return [found[wish][owner] for owner, wish in asked]


def _first_of_each(
    statement: Select[*tuple[Any, ...]], owner: Any, owners: Sequence[Any], order: Sequence[Order], limit: int
) -> Select[Any]:
    """The unique column of each owner's first rows: a limit for each, that an index can answer."""
    given = func.unnest(literal(list(owners), ARRAY(owner.type)))
    each = given.table_valued(column("id", owner.type)).render_derived("owners")
    theirs = statement.with_only_columns(order[-1].column.label("id"), maintain_column_froms=True)
    theirs = theirs.where(owner == each.c.id).order_by(*(part.clause for part in order))
    limited = theirs.limit(limit).correlate(each).lateral("theirs")
    return select(limited.c.id).select_from(each).join(limited, true()).correlate(None)


async def _totals(
    session: AsyncSession, statement: Select[*tuple[Any, ...]], owner: Any, owners: Sequence[Owner]
) -> dict[Owner, int]:
    counted = statement.with_only_columns(owner, func.count(), maintain_column_froms=True)
    rows = await session.execute(counted.where(owner.in_(owners)).group_by(owner))
    return {row[0]: row[1] for row in rows}
