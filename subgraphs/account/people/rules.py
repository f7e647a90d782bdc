"""What is true of people: who may sign up, and as what."""

from datetime import date

from email_validator import EmailNotValidError, validate_email

from chassis.errors import DomainError, FieldError, InvalidInput

from .tables import User

SHORTEST_PASSWORD, LONGEST_PASSWORD = 10, 128
LONGEST_NAME = 100
LONGEST_TEXT = 500
SIGN_UP_ROLES = ("GUEST", "HOST")


class EmailTaken(DomainError):
    code = "EMAIL_TAKEN"

    def __init__(self) -> None:
        super().__init__("Somebody has signed up with this e-mail already.")


class WrongCredentials(DomainError):
    """The same for an unknown e-mail and a wrong password: it says nothing about who has an account."""

    code = "WRONG_CREDENTIALS"

    def __init__(self) -> None:
        super().__init__("The e-mail or the password is wrong.")


class Suspended(DomainError):
    code = "SUSPENDED"

    def __init__(self) -> None:
        super().__init__("This account is suspended.")


def ensure_sign_up(user: User, password: str, today: date) -> None:
    """Raise InvalidInput with every field that is wrong, not just the first."""
    wrong = _wrong_person(user, password)
    if user.birth_date and not date(1900, 1, 1) <= user.birth_date <= today:
        wrong.append(FieldError("birthDate", "OUT_OF_RANGE"))
    if user.role not in SIGN_UP_ROLES:
        wrong.append(FieldError("role", "NOT_ALLOWED"))
    _refuse(wrong)


def ensure_person(user: User, password: str) -> None:
    """The same without the limits of signing up: for who is made by the operator, administrators among them."""
    _refuse(_wrong_person(user, password))


def ensure_active(user: User) -> None:
    if user.suspended_at is not None:
        raise Suspended


def _refuse(wrong: list[FieldError]) -> None:
    if wrong:
        raise InvalidInput("Some of this can't be signed up with.", wrong)


def _wrong_person(user: User, password: str) -> list[FieldError]:
    return [*_wrong_email(user.email), *_wrong_password(password, user.email), *_wrong_texts(user)]


def _wrong_email(email: str) -> list[FieldError]:
    try:
        validate_email(email, check_deliverability=False, globally_deliverable=False)
    except EmailNotValidError:
        return [FieldError("email", "NOT_AN_EMAIL")]
    return []


def _wrong_password(password: str, email: str) -> list[FieldError]:
    if len(password) < SHORTEST_PASSWORD:
        return [FieldError("password", "TOO_SHORT")]
    if len(password) > LONGEST_PASSWORD:
        return [FieldError("password", "TOO_LONG")]
    if password.casefold() == email.casefold():
        return [FieldError("password", "SAME_AS_EMAIL")]
    return []


def _wrong_texts(user: User) -> list[FieldError]:
    wrong = []
    if not user.display_name.strip():
        wrong.append(FieldError("displayName", "EMPTY"))
    lengths = (
        ("displayName", user.display_name, LONGEST_NAME),
        ("phoneNumber", user.phone_number, 30),
        ("preferredLanguage", user.preferred_language, 35),
        ("address", user.address, LONGEST_TEXT),
    )
    wrong += [FieldError(field, "TOO_LONG") for field, text, longest in lengths if text and len(text) > longest]
    # PostgreSQL stores every character but this one.
    wrong += [FieldError(field, "NUL_CHARACTER") for field, text, _ in lengths if text and "\0" in text]
    return wrong
