"""Phone numbers, however they are typed: one way to write each, and what to look for where a part of one is typed."""

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat


def number_of(typed: str, region: str) -> str:
    """As `+821012345678`; without a country code it is one of the region. Empty: no number has such a length."""
    number = _parsed(typed, region)
    return _written(number) if number and phonenumbers.is_possible_number(number) else ""


def parts_of(typed: str, region: str) -> list[str]:
    """What a number has in it of which this was typed: the digits, or all from the country code on."""
    digits = phonenumbers.normalize_digits_only(typed)
    number = _parsed(typed, region)
    if number is None:
        return ["+" + digits if typed.startswith("+") else digits]
    # So little of a number does not tell whether its zero is one that is left out after the country code.
    return sorted({digits, _written(number), f"+{number.country_code}{number.national_number}"})


def _parsed(typed: str, region: str) -> PhoneNumber | None:
    """Where one calls abroad by another prefix, 00 is understood all the same."""
    for written in (typed, "+" + typed.removeprefix("00")) if typed.startswith("00") else (typed,):
        try:
            return phonenumbers.parse(written, region)
        except NumberParseException:
            continue
    return None


def _written(number: PhoneNumber) -> str:
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)
