"""What makes a proper place, and who reaches which."""

from datetime import time
from typing import Any

import pytest

from chassis.errors import Forbidden, InvalidInput
from chassis.ids import uuid7
from chassis.principal import ANONYMOUS, Principal, Role
from subgraphs.accommodation.accommodations.rules import Reach, ensure_accommodation, host_for, in_order
from subgraphs.accommodation.accommodations.tables import DEFAULT_POLICY, Accommodation, AccommodationKind


def place(**fields: Any) -> Accommodation:
    given: dict[str, Any] = {
        "host_id": uuid7(),
        "name": "Blue House",
        "description": "",
        "kind": AccommodationKind.HOUSE,
        "address_line": "1 Beach Road",
        "region": "Haeundae",
        "country": "KR",
        "check_in_time": time(15),
        "check_out_time": time(11),
        "cancellation_policy": DEFAULT_POLICY,
    }
    return Accommodation(**(given | fields))


def policy(*tiers: tuple[int, int], name: str = "Strict") -> dict[str, Any]:
    return {"name": name, "tiers": [{"days_before": days, "fee_percent": fee} for days, fee in tiers]}


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({}, []),
        ({"name": "이름", "description": "\n", "latitude": -90.0, "longitude": 180.0}, []),
        ({"name": " "}, [("name", "EMPTY")]),
        ({"name": "x" * 201}, [("name", "TOO_LONG")]),
        ({"name": "a\0b"}, [("name", "NOT_TEXT")]),
        ({"name": "a\ud800b"}, [("name", "NOT_TEXT")]),
        ({"description": "x" * 10_001}, [("description", "TOO_LONG")]),
        ({"address_line": ""}, [("address.line", "EMPTY")]),
        ({"region": "x" * 101}, [("address.region", "TOO_LONG")]),
        ({"country": "kr"}, [("address.country", "NOT_A_COUNTRY_CODE")]),
        ({"country": "KOR"}, [("address.country", "NOT_A_COUNTRY_CODE")]),
        ({"country": "KR\n"}, [("address.country", "NOT_A_COUNTRY_CODE")]),
        ({"country": "ZZ"}, [("address.country", "NOT_A_COUNTRY_CODE")]),
        ({"country": "GB"}, []),
        ({"country": ""}, [("address.country", "NOT_A_COUNTRY_CODE")]),
        ({"latitude": 90.1, "longitude": 0.0}, [("address.coordinates.latitude", "OUT_OF_RANGE")]),
        ({"latitude": 0.0, "longitude": -180.5}, [("address.coordinates.longitude", "OUT_OF_RANGE")]),
        ({"latitude": float("nan"), "longitude": 0.0}, [("address.coordinates.latitude", "OUT_OF_RANGE")]),
        ({"cancellation_policy": policy()}, []),
        ({"cancellation_policy": policy((7, 0), (0, 100))}, []),
        ({"cancellation_policy": policy(name="")}, [("cancellationPolicy.name", "EMPTY")]),
        ({"cancellation_policy": policy((1, 0), (1, 50))}, [("cancellationPolicy.tiers", "NOT_UNIQUE")]),
        ({"cancellation_policy": policy((-1, 0))}, [("cancellationPolicy.tiers.0.daysBefore", "OUT_OF_RANGE")]),
        (
            {"cancellation_policy": policy((7, 0), (1, 101))},
            [("cancellationPolicy.tiers.1.feePercent", "OUT_OF_RANGE")],
        ),
        ({"cancellation_policy": policy(*((day, 0) for day in range(21)))}, [("cancellationPolicy.tiers", "TOO_MANY")]),
        ({"name": "", "country": "X"}, [("name", "EMPTY"), ("address.country", "NOT_A_COUNTRY_CODE")]),
    ],
)
def test_every_field_that_is_wrong_is_said(fields: dict[str, Any], wrong: list[tuple[str, str]]) -> None:
    found = []
    try:
        ensure_accommodation(place(**fields))
    except InvalidInput as refusal:
        found = [(each.field, each.code) for each in refusal.fields]
    assert found == wrong


def test_tiers_go_from_many_days_to_few() -> None:
    ordered = in_order(policy((1, 50), (30, 0), (7, 20)))  # type: ignore[arg-type]
    assert [tier["days_before"] for tier in ordered["tiers"]] == [30, 7, 1]


@pytest.mark.parametrize(
    ("role", "own", "others"),
    [(None, False, False), (Role.GUEST, False, False), (Role.HOST, True, False), (Role.ADMIN, True, True)],
)
def test_hosts_reach_their_own_and_administrators_all(role: Role | None, own: bool, others: bool) -> None:
    person = Principal(uuid7(), role) if role else ANONYMOUS
    reach = Reach.of(person)
    assert (reach.includes(person.user_id or uuid7()), reach.includes(uuid7())) == (own, others)


def test_only_administrators_create_on_somebodys_behalf() -> None:
    host, administrator, somebody = Principal(uuid7(), Role.HOST), Principal(uuid7(), Role.ADMIN), uuid7()
    assert host_for(host, None) == host.user_id
    assert host_for(host, host.user_id) == host.user_id
    assert host_for(administrator, somebody) == somebody
    assert host_for(administrator, None) == administrator.user_id
    with pytest.raises(Forbidden):
        host_for(host, somebody)
