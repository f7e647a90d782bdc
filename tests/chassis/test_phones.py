"""What a phone number is, however it is typed, and what is looked for when a part of one is."""

from typing import ClassVar

import pytest
from pydantic import ValidationError

from chassis.phones import PhoneSettings, number_of, parts_of


class Settings(PhoneSettings):
    service: ClassVar[str] = "garden"


@pytest.mark.parametrize(
    "typed",
    [
        "010-1234-5678",
        "01012345678",
        "010 1234 5678",
        "+82 10 1234 5678",
        "+82-10-1234-5678",
        "+82 010 1234 5678",
        "+82 (0)10-1234-5678",
        "0082 10 1234 5678",
        "(010) 1234.5678",
        "０１０－１２３４－５６７８",
    ],
)
def test_a_number_is_written_in_one_way(typed: str) -> None:
    assert number_of(typed, "KR") == "+821012345678"


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("+47 22 12 34 56", "+4722123456"),
        ("+1 (212) 555-0100", "+12125550100"),
        ("+39 06 1234 5678", "+390612345678"),
        ("02-123-4567", "+8221234567"),
        ("1588-1234", "+8215881234"),
    ],
)
def test_a_number_may_be_of_any_country_and_of_any_kind(typed: str, number: str) -> None:
    assert number_of(typed, "KR") == number


def test_a_number_without_a_country_code_is_of_the_region() -> None:
    assert number_of("22 12 34 56", "NO") == "+4722123456"


def test_what_says_its_country_needs_no_region_and_nothing_else_does_without() -> None:
    assert number_of("+47 22 12 34 56", None) == "+4722123456"
    assert number_of("22 12 34 56", None) == ""


@pytest.mark.parametrize("typed", ["02-123-4567 ext. 12", "02-123-4567 x12", "+8221234567;ext=12"])
def test_an_extension_is_kept(typed: str) -> None:
    assert number_of(typed, "KR") == "+8221234567;ext=12"


def test_the_region_is_one_name_for_all_services_and_one_that_has_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "REDIS_URL", "KAFKA_BOOTSTRAP"):
        monkeypatch.setenv(name, "redis://nowhere")
    assert Settings().phone_region == "KR"
    monkeypatch.setenv("PHONE_REGION", "NO")
    assert Settings().phone_region == "NO"
    monkeypatch.setenv("PHONE_REGION", "Norway")
    with pytest.raises(ValidationError):
        Settings()


@pytest.mark.parametrize(
    "typed", ["abc", "", "+", "+82", "+47 555", "+999 123 4567", "1" * 30, "call me", "\0", "999", "９９９"]
)
def test_what_nobody_could_call_is_no_number(typed: str) -> None:
    assert number_of(typed, "KR") == ""


@pytest.mark.parametrize(
    "part",
    [
        "010",
        "010-12",
        "010-1234",
        "01012345678",
        "+82",
        "+82 1",
        "+82 10",
        "+82 (0)10-1234",
        "0082 10",
        "1234-56",
        "5678",
    ],
)
def test_a_part_of_a_number_is_in_it(part: str) -> None:
    assert any(each in "+821012345678" for each in parts_of(part, "KR"))


@pytest.mark.parametrize("part", ["011", "+47", "+47 10", "+82 11", "010-2345", "0 678"])
def test_what_is_no_part_of_a_number_is_not_in_it(part: str) -> None:
    assert not any(each in "+821012345678" for each in parts_of(part, "KR"))
