"""Refusals carry a code and what a program needs beside it."""

from chassis.errors import DomainError, FieldError, InvalidInput, RateLimited, Unavailable


def test_a_refusal_has_its_message_and_code() -> None:
    class EmailTaken(DomainError):
        code = "EMAIL_TAKEN"

    refusal = EmailTaken("Somebody has this e-mail.", hint="sign in")
    assert refusal.message == "Somebody has this e-mail."
    assert refusal.extensions == {"code": "EMAIL_TAKEN", "hint": "sign in"}


def test_invalid_input_names_each_field() -> None:
    refusal = InvalidInput("No.", [FieldError("input.name", "TOO_LONG"), FieldError("first", "OUT_OF_RANGE")])
    assert refusal.extensions == {
        "code": "INVALID_INPUT",
        "fields": [{"field": "input.name", "code": "TOO_LONG"}, {"field": "first", "code": "OUT_OF_RANGE"}],
    }


def test_what_can_be_tried_again_says_when() -> None:
    assert RateLimited(30).extensions == {"code": "RATE_LIMITED", "retryAfter": 30}
    assert Unavailable(2).extensions == {"code": "UNAVAILABLE", "retryAfter": 2}
