"""Read a file of listings: those that can be used, and by line what is wrong with the others."""

import csv
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from .rules import COLUMNS, Listing, UnusableRow, read_listing


class UnusableFile(ValueError):
    """Nothing of the file can be used; the message says why."""


class ListingFile:
    """Iterate over it once; `left_out` then has the line numbers and reasons of the rows that were passed over."""

    def __init__(self, path: Path, price: Decimal | None = None) -> None:
        """`price` is for rows that have none, which are left out without it."""
        self.path = path
        self.price = price
        self.rows = 0
        self.left_out: list[tuple[int, str]] = []

    def __iter__(self) -> Iterator[Listing]:
        # What is not UTF-8 spoils its own row and not the file.
        with self.path.open(newline="", encoding="utf-8-sig", errors="surrogateescape") as file:
            reader = csv.DictReader(file)
            missing = set(COLUMNS) - set(reader.fieldnames or ())
            if missing:
                raise UnusableFile(f"{self.path} has no column {', '.join(sorted(missing))}")
            yield from self._listings(reader)

    def _listings(self, reader: "csv.DictReader[str]") -> Iterator[Listing]:
        lines: dict[str, int] = {}
        while True:
            try:
                row = next(reader)
                self.rows += 1
                listing = self._read(row, lines)
            except StopIteration:
                return
            except csv.Error as error:  # the line that can't be taken apart is not counted yet
                self.left_out.append((reader.line_num + 1, str(error)))
            except UnusableRow as error:
                self.left_out.append((reader.line_num, str(error)))
            else:
                lines[listing.key] = reader.line_num
                yield listing

    def _read(self, row: dict[str | Any, str | Any], lines: dict[str, int]) -> Listing:
        if None in row:
            raise UnusableRow("more fields than columns")
        listing = read_listing(row, self.price)
        if listing.key in lines:
            raise UnusableRow(f"the same id as line {lines[listing.key]}")
        return listing
