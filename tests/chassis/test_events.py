"""Events: what they must say, how they look on the wire, and what a listener makes of them."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson
import pytest
from pydantic import BaseModel, ValidationError

from chassis import clock
from chassis.events import (
    Event,
    Message,
    Record,
    UnreadableRecord,
    encode,
    envelope_of,
    name_of,
    payload_of,
    topic_of,
)
from chassis.ids import uuid7


class Line(BaseModel):
    night: date
    price: Decimal


class Sold(Event, name="shop.basket.sold"):
    basket_id: UUID
    total: Decimal
    lines: list[Line]
    at: datetime

    def key(self) -> str:
        return str(self.basket_id)


def sold(**given: Any) -> Sold:
    fields: dict[str, Any] = {
        "basket_id": UUID(int=1),
        "total": Decimal("10.50"),
        "lines": [Line(night=date(2030, 1, 2), price=Decimal("10.50"))],
        "at": datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC),
    }
    return Sold(**(fields | given))


@pytest.mark.parametrize(
    ("name", "topic"),
    [
        ("loyalty.coupon.issued", "loyalty.events"),
        ("accommodation.hold-nights", "accommodation.commands"),
        ("payment.payment.refund-failed", "payment.events"),
    ],
)
def test_three_words_are_an_event_and_two_a_command(name: str, topic: str) -> None:
    assert topic_of(name) == topic


def test_an_event_has_an_id_and_a_time_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    now = datetime(2030, 5, 6, tzinfo=UTC)
    monkeypatch.setattr(clock, "now", lambda: now)
    assert sold().id.version == 7
    assert sold().id != sold().id
    assert sold().occurred_at == now


def test_an_id_can_be_given() -> None:
    assert sold(id=UUID(int=9)).id == UUID(int=9)


def test_an_event_does_not_change() -> None:
    with pytest.raises(ValidationError):
        sold().total = Decimal(0)  # type: ignore[misc]


@pytest.mark.parametrize("name", ["shop", "shop.a.b.c", "Shop.basket.sold", "shop.basket sold", "shop..sold", ""])
def test_a_name_that_leads_to_no_topic_is_refused(name: str) -> None:
    with pytest.raises(TypeError, match="is no name of a message"):
        type("Wrong", (Sold,), {}, name=name)


def test_an_event_without_a_key_is_refused_when_it_is_declared() -> None:
    with pytest.raises(TypeError, match="must say its key"):
        type("Keyless", (Event,), {}, name="shop.basket.lost")


def test_named_events_can_share_a_shape() -> None:
    class Basket(Event):
        basket_id: UUID

        def key(self) -> str:
            return str(self.basket_id)

    class Filled(Basket, name="shop.basket.filled"):
        pass

    class Emptied(Basket, name="shop.basket.emptied"):
        pass

    assert (Filled.name, Emptied.name) == ("shop.basket.filled", "shop.basket.emptied")
    assert Filled(basket_id=UUID(int=1)).key() == str(UUID(int=1))


def test_on_the_wire_the_value_is_the_fields_and_the_headers_are_the_envelope() -> None:
    event = sold()
    record = encode(event, "00-0123456789abcdef0123456789abcdef-0123456789abcdef-01")
    assert (record.topic, record.key) == ("shop.events", str(UUID(int=1)).encode())
    assert orjson.loads(record.value or b"") == {
        "basket_id": "00000000-0000-0000-0000-000000000001",
        "total": "10.50",
        "lines": [{"night": "2030-01-02", "price": "10.50"}],
        "at": "2030-01-02T03:04:05Z",
    }
    assert dict(record.headers) == {
        "id": str(event.id).encode(),
        "name": b"shop.basket.sold",
        "occurred-at": event.occurred_at.isoformat().encode(),
        "traceparent": b"00-0123456789abcdef0123456789abcdef-0123456789abcdef-01",
    }


def test_without_a_trace_there_is_no_header_of_one() -> None:
    assert "traceparent" not in dict(encode(sold()).headers)


def test_what_was_encoded_is_read_again() -> None:
    event = sold()
    record = encode(event, "00-a-b-01")
    envelope = envelope_of(record)
    assert (envelope.message_id, envelope.name) == (event.id, "shop.basket.sold")
    assert (envelope.occurred_at, envelope.traceparent) == (event.occurred_at, "00-a-b-01")
    assert payload_of(record) == event.payload()
    assert name_of(record) == "shop.basket.sold"


def test_a_listener_takes_the_fields_it_needs_as_what_they_are() -> None:
    class SoldElsewhere(Message):
        basket_id: UUID
        total: Decimal

    event = sold()
    message = SoldElsewhere(**event.payload(), message_id=event.id, occurred_at=event.occurred_at)
    assert (message.basket_id, message.total) == (event.basket_id, Decimal("10.50"))
    assert (message.message_id, message.occurred_at) == (event.id, event.occurred_at)


def test_a_record_can_be_made_from_plain_values() -> None:
    message_id = uuid7()
    record = Record.of("shop.pay-basket", {"basket_id": UUID(int=2), "total": Decimal("1.0")}, message_id, "k")
    assert (record.topic, record.key) == ("shop.commands", b"k")
    assert payload_of(record) == {"basket_id": str(UUID(int=2)), "total": "1.0"}
    assert envelope_of(record).message_id == message_id


@pytest.mark.parametrize("value", [None, b"", b"{", b"\xff\xfe", b"[1]", b"null", b'"text"'])
def test_a_value_that_is_no_json_object_is_unreadable(value: bytes | None) -> None:
    with pytest.raises(UnreadableRecord):
        payload_of(Record("shop.events", b"k", value, ()))


@pytest.mark.parametrize(
    "wrong",
    [{"id": None}, {"id": b"7"}, {"id": b"\xff"}, {"occurred-at": b"yesterday"}, {"occurred-at": None}, {"name": None}],
)
def test_an_envelope_that_lacks_something_is_unreadable(wrong: dict[str, bytes | None]) -> None:
    headers = dict(encode(sold()).headers) | wrong
    with pytest.raises(UnreadableRecord):
        envelope_of(Record("shop.events", b"k", b"{}", [(word, text) for word, text in headers.items() if text]))


def test_a_record_without_a_name_has_none() -> None:
    assert name_of(Record("shop.events", b"k", b"{}", ())) is None


def test_amounts_are_written_in_plain_digits_however_they_came() -> None:
    class Paid(Event, name="sample.thing.paid"):
        amount: Decimal
        parts: tuple[Decimal, ...]

        def key(self) -> str:
            return "1"

    paid = Paid(amount=Decimal("1.3E+5"), parts=(Decimal("0.50"), Decimal("1E+2")))
    assert paid.payload() == {"amount": "130000", "parts": ["0.50", "100"]}
