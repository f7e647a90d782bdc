"""Only what the provider signed, lately and as it stands, is believed to come from it."""

import base64
from datetime import timedelta

import pytest
from standardwebhooks import Webhook

from chassis import clock
from subgraphs.payment.webhooks.signatures import Forged, verified

OLD = "whsec_" + base64.b64encode(b"the secret that goes").decode()
NEW = "whsec_" + base64.b64encode(b"the secret that comes").decode()
BODY = b'{"type": "Transaction.Paid"}'


def signed(secret: str = OLD, age: timedelta = timedelta(0), body: bytes = BODY, version: str = "v1") -> dict[str, str]:
    at = clock.now() - age
    signature = Webhook(secret).sign("webhook-1", at, body.decode()).replace("v1,", f"{version},")
    return {
        "webhook-id": "webhook-1",
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": signature,
    }


def test_a_signed_body_is_read() -> None:
    assert verified([OLD], signed(), BODY) == {"type": "Transaction.Paid"}


@pytest.mark.parametrize("secret", [OLD, NEW])
def test_while_secrets_change_both_verify(secret: str) -> None:
    assert verified([NEW, OLD], signed(secret), BODY)


def test_one_of_several_signatures_suffices() -> None:
    headers = signed(NEW)
    headers["webhook-signature"] = f"v1a,AAAA {signed(OLD)['webhook-signature']} {headers['webhook-signature']}"
    assert verified([NEW], headers, BODY)


@pytest.mark.parametrize("age", [timedelta(minutes=4, seconds=50), -timedelta(minutes=4, seconds=50)])
def test_five_minutes_are_tolerated_both_ways(age: timedelta) -> None:
    assert verified([OLD], signed(age=age), BODY)


@pytest.mark.parametrize("age", [timedelta(minutes=5, seconds=10), -timedelta(minutes=5, seconds=10)])
def test_what_was_signed_long_ago_or_is_yet_to_come_is_forged(age: timedelta) -> None:
    with pytest.raises(Forged):
        verified([OLD], signed(age=age), BODY)


def test_another_secret_or_another_version_is_forged() -> None:
    for headers in (signed(NEW), signed(version="v2")):
        with pytest.raises(Forged):
            verified([OLD], headers, BODY)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("webhook-id", "webhook-2"),
        ("webhook-id", ""),
        ("webhook-timestamp", "soon"),
        ("webhook-timestamp", "inf"),
        ("webhook-timestamp", ""),
        ("webhook-signature", ""),
        ("webhook-signature", "v1"),
        ("webhook-signature", "v1,not base64"),
        ("webhook-signature", "v1,é"),
        ("webhook-signature", "v1,a,b"),
    ],
)
def test_everything_else_is_forged(name: str, value: str) -> None:
    with pytest.raises(Forged):
        verified([OLD], signed() | {name: value}, BODY)


def test_another_body_under_the_same_signature_is_forged() -> None:
    with pytest.raises(Forged):
        verified([OLD], signed(), BODY.replace(b"Paid", b"Faid"))


@pytest.mark.parametrize("body", [b"\xff\xfe", b"", b"null"])
def test_what_is_no_object_is_forged_even_if_signed(body: bytes) -> None:
    headers = signed() if body.startswith(b"\xff") else signed(body=body)
    with pytest.raises(Forged):
        verified([OLD], headers, body)


def test_without_a_secret_nothing_is_believed() -> None:
    with pytest.raises(Forged):
        verified([], signed(), BODY)
