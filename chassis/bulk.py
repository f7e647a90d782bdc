"""Bulk: many rows in one statement, which reads the same however many they are and so is compiled once."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    ARRAY,
    Column,
    ColumnElement,
    Table,
    TableValuedAlias,
    Update,
    any_,
    bindparam,
    func,
    select,  # noqa: TID251 (an insert into whatever table)
    update,  # noqa: TID251 (of whatever table)
)
from sqlalchemy.dialects.postgresql import Insert, insert


def insert_all(table: Table, rows: Sequence[Mapping[str, Any]]) -> Insert:
    """Insert the rows in their order. There must be at least one, and all must name the same columns."""
    columns = [table.c[name] for name in rows[0]]
    given = _given(columns, rows)
    return insert(table).from_select([each.name for each in columns], select(*given.c))


def update_all(table: Table, rows: Sequence[Mapping[str, Any]]) -> Update:
    """Give the rows that have these primary keys the other values, in any order: whoever needs one has locked them.

    There must be at least one, and all must name the same columns.
    """
    columns = [table.c[name] for name in rows[0]]
    given = _given(columns, rows)
    values = {each: given.c[each.name] for each in columns if not each.primary_key}
    return update(table).where(*(each == given.c[each.name] for each in table.primary_key)).values(values)


def _given(columns: Sequence[Column[Any]], rows: Sequence[Mapping[str, Any]]) -> TableValuedAlias:
    arrays = [bindparam(None, [row[each.name] for row in rows], type_=ARRAY(each.type)) for each in columns]
    return func.unnest(*arrays).table_valued(*columns).render_derived(name="given", with_types=False)


def is_among(column: Any, values: Collection[Any]) -> ColumnElement[bool]:
    """Whether the column holds one of the values."""
    among: ColumnElement[bool] = column == any_(bindparam(None, list(values), type_=ARRAY(column.type)))
    return among
