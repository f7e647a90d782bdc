"""Every word PortOne publishes has a meaning here, and every other word one too."""

from typing import Any, get_args

import pytest
from portone_server_sdk._generated.common.bank import Bank
from portone_server_sdk._generated.payment.cancel_payment_error import CancelPaymentError
from portone_server_sdk._generated.payment.close_virtual_account_error import CloseVirtualAccountError
from portone_server_sdk._generated.payment.get_payment_error import GetPaymentError
from portone_server_sdk.payment import Payment, PaymentCancellation

from subgraphs.payment.provider import words
from subgraphs.payment.provider.banks import BANKS
from subgraphs.payment.provider.protocol import NeverPossible, NothingToClose, ProviderAway, ProviderRefused
from tests.portone import sdk


def test_every_published_word_is_known() -> None:
    unions = (CancelPaymentError, CloseVirtualAccountError, GetPaymentError)
    published = set[str]().union(*(sdk.words(each, "type") for each in unions))
    assert published | {"IDEMPOTENCY_OUTSTANDING_REQUEST"} == words.REFUSED | words.UNDECIDED
    assert not words.REFUSED & words.UNDECIDED
    assert words.STATES.keys() == sdk.words(Payment, "status") | {"PENDING"}
    assert words.OUTCOMES.keys() == sdk.words(PaymentCancellation, "status")
    assert set(get_args(get_args(Bank)[0])) == BANKS


@pytest.mark.parametrize(
    ("status", "body", "wanted"),
    [
        (409, {"type": "CANCELLABLE_AMOUNT_CONSISTENCY_BROKEN"}, ProviderRefused),
        (502, {"type": "PG_PROVIDER", "pgMessage": "Not enough."}, ProviderRefused),
        (409, {"type": "PAYMENT_NOT_WAITING_FOR_DEPOSIT"}, NothingToClose),
        (400, {"type": "INVALID_REQUEST"}, NeverPossible),
        (409, {"type": "A_NEW_REFUSAL"}, ProviderRefused),
        # Nobody knows whether it was done.
        (409, {"type": "IDEMPOTENCY_OUTSTANDING_REQUEST"}, ProviderAway),
        (401, {"type": "UNAUTHORIZED"}, ProviderAway),
        (403, {"type": "FORBIDDEN"}, ProviderAway),
        (429, {"type": "TOO_MANY_REQUESTS"}, ProviderAway),
        (500, {"type": "A_NEW_TROUBLE"}, ProviderAway),
        (502, {}, ProviderAway),
        (400, {"type": 7}, ProviderAway),
        (404, {"message": "no such page"}, ProviderAway),
    ],
)
def test_only_a_refusal_one_can_be_sure_of_is_one(status: int, body: dict[str, Any], wanted: type) -> None:
    assert type(words.error_of("POST /payments/p-1/cancel", status, body)) is wanted


def test_a_refusal_says_what_the_bank_behind_it_said() -> None:
    refused = words.error_of("POST /", 502, {"type": "PG_PROVIDER", "message": None, "pgMessage": "Not enough."})
    assert str(refused) == "PG_PROVIDER: Not enough."


def test_what_can_not_be_stored_of_a_banks_words_is_left_out() -> None:
    refused = words.error_of("POST /", 502, {"type": "PG_PROVIDER", "message": "No\0pe" + "!" * 1_000})
    assert str(refused) == "PG_PROVIDER: Nope" + "!" * 496
