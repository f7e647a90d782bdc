"""Phone numbers, however they are typed: one way to write each, and what to look for where a part of one is typed."""

import phonenumbers
from phonenumbers import SUPPORTED_REGIONS, NumberParseException, PhoneNumber, PhoneNumberFormat, ValidationResult
from pydantic import AliasChoices, Field, field_validator

from chassis.settings import ServiceSettings


class PhoneSettings(ServiceSettings):
    """Of services that read phone numbers: the same number is the same for all of them."""

    phone_region: str = Field("KR", validation_alias=AliasChoices("PHONE_REGION"))
    """Where a phone number is from that is typed without a country code: a region of ISO 3166-1."""

    @field_validator("phone_region")
    @classmethod
    def _is_known(cls, region: str) -> str:
        if region not in SUPPORTED_REGIONS:
            raise ValueError(f"{region} is no region with phone numbers")
        return region


def number_of(typed: str, region: str | None) -> str:
    """As `+821012345678`, with `;ext=12` where it has an extension. Empty: no number has such a length, or
    it reaches somebody in one place alone, as 999 does.

    Without a country code it is one of the region; without a region it is none.
    """
    number = _parsed(typed, region)
    if number is None or phonenumbers.is_possible_number_with_reason(number) != ValidationResult.IS_POSSIBLE:
        return ""
    return _written(number) + (f";ext={number.extension}" if number.extension else "")


def parts_of(typed: str, region: str) -> list[str]:
    """What a number has in it of which this was typed: the digits, or all from the country code on."""
    digits = phonenumbers.normalize_digits_only(typed)
    number = _parsed(typed, region)
    if number is None:
        return ["+" + digits if typed.startswith("+") else digits]
    # So little of a number does not tell whether its zero is one that is left out after the country code.
    return sorted({digits, _written(number), f"+{number.country_code}{number.national_number}"})


def _parsed(typed: str, region: str | None) -> PhoneNumber | None:
    """Where one calls abroad by another prefix, 00 is understood all the same."""
    for written in (typed, "+" + typed.removeprefix("00")) if typed.startswith("00") else (typed,):
        try:
            return phonenumbers.parse(written, region)
        except NumberParseException:
            continue
    return None


def _written(number: PhoneNumber) -> str:
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)
