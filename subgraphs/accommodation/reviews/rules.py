"""What is true of reviews: who may write one, what makes a proper one, who sees it, and what it counts."""

from dataclasses import dataclass
from uuid import UUID

from chassis.errors import DomainError, FieldError, InvalidInput
from chassis.texts import wrong_text

from .tables import CompletedStay, Review

LONGEST_TEXT = 2_000
LONGEST_REASON = 500


class ReviewNotAllowed(DomainError):
    code = "REVIEW_NOT_ALLOWED"

    def __init__(self) -> None:
        super().__init__("Only the guest of a stay that is over may review it.")


class ReviewExists(DomainError):
    code = "REVIEW_EXISTS"

    def __init__(self) -> None:
        super().__init__("This booking was reviewed already.")


@dataclass(frozen=True, slots=True)
class Counted:
    """What reviews add to their place."""

    reviews: int
    stars: int

    def __sub__(self, other: "Counted") -> "Counted":
        return Counted(self.reviews - other.reviews, self.stars - other.stars)


NOTHING = Counted(0, 0)


def counted(review: Review) -> Counted:
    return Counted(1, review.rating) if review.is_visible else NOTHING


def ensure_guest(stay: CompletedStay | None, user_id: UUID) -> CompletedStay:
    if stay is None or stay.guest_id != user_id:
        raise ReviewNotAllowed
    return stay


def ensure_review(review: Review) -> None:
    """Raise InvalidInput with every field that is wrong."""
    wrong = _wrong_rating("rating", review.rating)
    wrong += wrong_text("text", review.text, LONGEST_TEXT)
    if wrong:
        raise InvalidInput(f"A review has 1 to 5 stars and at most {LONGEST_TEXT:,} characters.", wrong)


def ensure_rating(field: str, rating: int) -> int:
    if wrong := _wrong_rating(field, rating):
        raise InvalidInput("Reviews have 1 to 5 stars.", wrong)
    return rating


def _wrong_rating(field: str, rating: int) -> list[FieldError]:
    return [] if 1 <= rating <= 5 else [FieldError(field, "OUT_OF_RANGE")]


def ensure_said(field: str, text: str, longest: int) -> str:
    """The text of a reply or a reason, which says something."""
    wrong = wrong_text(field, text, longest, shortest=1)
    if wrong:
        raise InvalidInput(f"Say it in at most {longest:,} characters.", wrong)
    return text.strip()


def is_seen_by(review: Review, user_id: UUID | None) -> bool:
    """Everybody sees what is visible; its author also what was hidden."""
    return review.is_visible or (review.deleted_at is None and review.author_id == user_id)
