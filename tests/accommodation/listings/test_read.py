"""Reading a file of listings, whatever is in it."""

from pathlib import Path

import pytest

from subgraphs.accommodation.listings.read import ListingFile, UnusableFile

HEADER = "id,name,host_id,neighbourhood,latitude,longitude,room_type,price,minimum_nights,availability_365"
GOOD = "1,Blue House,7,Frogner,59.9,10.7,Private room,500,1,300"


def read(tmp_path: Path, content: bytes) -> tuple[list[str], list[tuple[int, str]]]:
    path = tmp_path / "listings.csv"
    path.write_bytes(content)
    file = ListingFile(path)
    return [listing.name for listing in file], file.left_out


def test_rows_that_can_not_be_used_are_told_by_line_and_the_others_are_read(tmp_path: Path) -> None:
    lines = [
        HEADER,
        GOOD,
        GOOD,  # the same id again
        GOOD.replace("1,Blue", "2,Green").replace(",500,", ",,"),
        '3,"House, with\na line of its own",7,Frogner,59.9,10.7,Private room,500,1,300',
        "4,Too few",
        GOOD.replace("1,Blue", "5,Red") + ",more",
        GOOD.replace("1,Blue", "6,Grünerløkka"),
    ]
    names, left_out = read(tmp_path, "\n".join(lines).encode())
    assert names == ["Blue House", "House, with a line of its own", "Grünerløkka House"]
    assert left_out == [
        (3, "the same id as line 2"),
        (4, "no price"),
        (7, "no host_id"),
        (8, "more fields than columns"),
    ]


def test_bytes_that_are_no_utf_8_spoil_their_own_row(tmp_path: Path) -> None:
    bad = GOOD.replace("1,Blue", "2,Bl\xff").encode("latin-1")
    names, left_out = read(tmp_path, b"\xef\xbb\xbf" + HEADER.encode() + b"\r\n" + bad + b"\r\n" + GOOD.encode())
    assert names == ["Blue House"]
    assert left_out == [(2, "name is not text in UTF-8")]


def test_a_field_without_end_is_left_out(tmp_path: Path) -> None:
    endless = GOOD.replace("1,Blue House", "2," + "x" * 200_000)
    names, left_out = read(tmp_path, f"{HEADER}\n{endless}\n{GOOD}".encode())
    assert names == ["Blue House"]
    assert left_out == [(2, "field larger than field limit (131072)")]


@pytest.mark.parametrize("content", [b"", b"a,b\n1,2\n", HEADER.replace("price", "cost").encode()])
def test_a_file_without_the_columns_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(UnusableFile, match="has no column"):
        read(tmp_path, content)
