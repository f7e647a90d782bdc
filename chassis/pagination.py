"""Pages by keyset: a cursor names the row it stands on, so that a page is stable while rows are added."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, TypeVarTuple, overload

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql import ColumnElement
from sqlmodel.sql.expression import SelectOfScalar

from chassis.cursors import Order as Order
from chassis.cursors import after_cursor, cursors_for, decode_cursor
from chassis.errors import FieldError, InvalidInput

MAX_PAGE_SIZE = 100

Row = TypeVar("Row")
Columns = TypeVarTuple("Columns")


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """`cursors` stand for `rows` one by one. `total` is None when it was not asked for."""

    rows: Sequence[Row]
    cursors: Sequence[str]
    has_next: bool
    has_previous: bool
    total: int | None


@overload
async def page(
    session: AsyncSession,
    statement: Select[Row] | SelectOfScalar[Row],
    *,
    order: Sequence[Order],
    first: int,
    after: str | None,
    count: bool,
) -> Page[Row]: ...


@overload
async def page(  # type: ignore[overload-cannot-match]
    session: AsyncSession,
    statement: Select[*Columns],
    *,
    order: Sequence[Order],
    first: int,
    after: str | None,
    count: bool,
) -> Page[tuple[*Columns]]: ...


async def page(
    session: AsyncSession,
    statement: Select[*tuple[Any, ...]],
    *,
    order: Sequence[Order],
    first: int,
    after: str | None,
    count: bool,
) -> Page[Any]:
    """One page of the statement's rows.

    The statement is neither ordered nor limited; the last column of `order` is unique. Rows are what the statement
    selects: entities when it selects one thing, rows otherwise. Raises InvalidInput on `first` or `after`.
    """
    size = ensure_page_size(first)
    keyed = with_keyset(statement, order)
    if after is not None:
        keyed = keyed.where(after_cursor(order, decode_cursor(order, after)))
    found = (await session.execute(keyed.order_by(*(each.clause for each in order)).limit(size + 1))).all()
    return page_of(found, order, size, after, await _total(session, statement) if count else None)


def with_keyset(statement: Select[*tuple[Any, ...]], order: Sequence[Order]) -> Select[*tuple[Any, ...]]:
    """The statement with the columns its cursors are made of, after all others."""
    return statement.add_columns(*(each.column.label(f"keyset_{at}") for at, each in enumerate(order)))


def page_of(
    found: Sequence[Sequence[Any]], order: Sequence[Order], size: int, after: str | None, total: int | None
) -> Page[Any]:
    """The page that rows of `with_keyset` make, of which one more than its size was asked for."""
    kept, width = found[:size], len(order)
    return Page(
        rows=[_row(each, width) for each in kept],
        cursors=cursors_for(order, (each[-width:] for each in kept)),
        has_next=len(found) > size,
        has_previous=after is not None,
        total=total,
    )


def ensure_page_size(first: int) -> int:
    if not 1 <= first <= MAX_PAGE_SIZE:
        raise InvalidInput(
            f"`first` must be between 1 and {MAX_PAGE_SIZE}, not {first}.", [FieldError("first", "OUT_OF_RANGE")]
        )
    return first


def _row(found: Sequence[Any], width: int) -> Any:
    selected = found[:-width]
    return selected[0] if len(selected) == 1 else selected


async def _total(session: AsyncSession, statement: Select[*tuple[Any, ...]]) -> int:
    counted: ColumnElement[int] = func.count()
    of_all = select(counted).select_from(statement.order_by(None).subquery())
    # Whether deleted rows count is said by the statement's options, which its subquery does not carry.
    return (await session.execute(of_all.execution_options(**statement.get_execution_options()))).scalar_one()
