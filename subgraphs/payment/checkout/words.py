"""What the checkout page says, in the languages it speaks."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from .states import CheckoutState


@dataclass(frozen=True, slots=True)
class Words:
    """`{until}` is the time until which can be paid. What is spoken is said by the browser as things go on."""

    language: str
    said: Mapping[CheckoutState, tuple[str, str]]
    owed_back: tuple[str, str]
    missing: tuple[str, str]
    methods: Mapping[str, str]
    labels: Mapping[str, str]
    spoken: Mapping[str, str]


ENGLISH: Final = Words(
    language="en",
    said={
        CheckoutState.PAYABLE: ("", "Held for you until {until}."),
        CheckoutState.FAILED: (
            "The payment did not work.",
            "Please try again, with another card if you like, until {until}.",
        ),
        CheckoutState.PENDING: ("Your payment is being checked.", "This page follows by itself."),
        CheckoutState.ACCOUNT: ("Please transfer the amount.", "Your booking is confirmed once the money has arrived."),
        CheckoutState.PAID: ("Paid. Thank you!", "You can close this page."),
        CheckoutState.REFUNDED: ("The money was given back.", "You can close this page."),
        CheckoutState.OVER: ("This can no longer be paid.", "Nothing was charged. What still arrives is given back."),
    },
    owed_back=("The payment can't be kept.", "It is given back to you in full."),
    missing=("There is no such payment.", "Please open the address from your booking again."),
    methods={
        "CARD": "Card",
        "EASY_PAY": "Easy pay",
        "TRANSFER": "Bank transfer",
        "VIRTUAL_ACCOUNT": "Virtual account",
        "MOBILE": "Mobile phone",
    },
    labels={
        "page": "Checkout",
        "pay_with": "Pay with",
        "pay": "Pay",
        "bank": "Bank",
        "number": "Account",
        "deadline": "Until",
        "receipt": "Receipt",
        "noscript": "Paying needs JavaScript.",
    },
    spoken={
        "checking": "Checking your payment…",
        "slow": "This takes longer than usual. Please keep this page open.",
        "nothingPaid": "Nothing was paid. You can try again.",
        "noWindow": "The payment window could not be opened. Please try again.",
    },
)
KOREAN: Final = Words(
    language="ko",
    said={
        CheckoutState.PAYABLE: ("", "{until}까지 결제해 주세요."),
        CheckoutState.FAILED: (
            "결제가 되지 않았습니다.",
            "{until}까지 다시 시도하실 수 있습니다. 다른 카드를 쓰셔도 됩니다.",
        ),
        CheckoutState.PENDING: ("결제를 확인하고 있습니다.", "이 페이지는 자동으로 바뀝니다."),
        CheckoutState.ACCOUNT: ("아래 계좌로 입금해 주세요.", "입금이 확인되면 예약이 확정됩니다."),
        CheckoutState.PAID: ("결제되었습니다. 감사합니다!", "이 페이지는 닫으셔도 됩니다."),
        CheckoutState.REFUNDED: ("환불되었습니다.", "이 페이지는 닫으셔도 됩니다."),
        CheckoutState.OVER: ("더 이상 결제할 수 없습니다.", "청구된 금액은 없으며, 늦게 들어온 금액은 환불됩니다."),
    },
    owed_back=("이 결제는 받을 수 없습니다.", "전액 환불해 드립니다."),
    missing=("결제를 찾을 수 없습니다.", "예약에 있는 주소를 다시 열어 주세요."),
    methods={
        "CARD": "카드",
        "EASY_PAY": "간편결제",
        "TRANSFER": "계좌이체",
        "VIRTUAL_ACCOUNT": "가상계좌",
        "MOBILE": "휴대폰",
    },
    labels={
        "page": "결제",
        "pay_with": "결제 수단",
        "pay": "결제하기",
        "bank": "은행",
        "number": "계좌번호",
        "deadline": "입금 기한",
        "receipt": "영수증",
        "noscript": "결제하려면 JavaScript가 필요합니다.",
    },
    spoken={
        "checking": "결제를 확인하고 있습니다…",
        "slow": "평소보다 오래 걸리고 있습니다. 이 페이지를 열어 두세요.",
        "nothingPaid": "결제되지 않았습니다. 다시 시도하실 수 있습니다.",
        "noWindow": "결제창을 열 수 없습니다. 다시 시도해 주세요.",
    },
)
_SPOKEN: Final[Mapping[str, Words]] = {"en": ENGLISH, "ko": KOREAN}


def words_for(accept_language: str) -> Words:
    """In the language a browser likes best of those known here, as its Accept-Language says; else English."""
    liked = sorted(_liked(accept_language), key=lambda each: -each[1])
    return next((_SPOKEN[language] for language, weight in liked if language in _SPOKEN and weight > 0), ENGLISH)


def _liked(accept_language: str) -> Iterator[tuple[str, float]]:
    for each in accept_language.split(","):
        tag, _, weight = each.partition(";q=")
        try:
            yield tag.strip().partition("-")[0].lower(), float(weight or 1)
        except ValueError:
            continue
