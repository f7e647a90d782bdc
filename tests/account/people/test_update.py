"""What people change about themselves, and administrators about them: what is left out stays."""

from typing import Any

import pytest

from tests.account.world import Desk, World

UPDATE = """
mutation Update($input: UpdateProfileInput!) {
  updateProfile(input: $input) {
    user { displayName avatarUrl } phoneNumber birthDate gender preferredLanguage address
  }
}"""
EVERYTHING = {
    "displayName": " Mina Kim ",
    "avatarUrl": "https://pictures.example/mina.webp",
    "phoneNumber": "+821012345678",
    "birthDate": "1990-02-28",
    "gender": "FEMALE",
    "preferredLanguage": "ko-KR",
    "address": "서울",
}


async def test_everything_can_be_said_and_taken_back(world: World) -> None:
    mina = await world.sign_up("mina")
    said = (await world.account.graphql(UPDATE, {"input": EVERYTHING}, token=mina.access_token)).data["updateProfile"]
    assert said.pop("user") == {"displayName": "Mina Kim", "avatarUrl": EVERYTHING["avatarUrl"]}
    assert said == {name: EVERYTHING[name] for name in said}
    cleared = {name: None for name in EVERYTHING if name != "displayName"}
    left = (await world.account.graphql(UPDATE, {"input": cleared}, token=mina.access_token)).data["updateProfile"]
    assert left.pop("user") == {"displayName": "Mina Kim", "avatarUrl": None}
    assert set(left.values()) == {None}
    assert (await world.row(mina))["updated_by"] == mina.id


async def test_what_is_left_out_stays(world: World) -> None:
    mina = await world.sign_up("mina", phoneNumber="+47 22 12 34 56", gender="OTHER")
    answer = await world.account.graphql(UPDATE, {"input": {"address": "Oslo"}}, token=mina.access_token)
    said = answer.data["updateProfile"]
    assert (said["phoneNumber"], said["gender"], said["address"]) == ("+4722123456", "OTHER", "Oslo")
    before = await world.said()
    assert (await world.account.graphql(UPDATE, {"input": {}}, token=mina.access_token)).errors == []
    assert await world.said() == before


async def test_a_number_is_written_in_one_way_and_blanks_are_none(world: World) -> None:
    mina = await world.sign_up("mina", phoneNumber=" ")
    assert (await world.row(mina))["phone_number"] is None
    for typed, written in (
        ("010-1234-5678", "+821012345678"),
        ("+82 (0)10 1234 5678", "+821012345678"),
        ("02-123-4567 ext. 12", "+8221234567;ext=12"),
        ("+8221234567;ext=12", "+8221234567;ext=12"),
        ("", None),
    ):
        answer = await world.account.graphql(UPDATE, {"input": {"phoneNumber": typed}}, token=mina.access_token)
        assert answer.data["updateProfile"]["phoneNumber"] == written, typed
        assert (await world.row(mina))["phone_number"] == written


async def test_a_number_from_before_stays_as_it_was_typed(world: World) -> None:
    mina = await world.sign_up("mina")
    await world.execute("update users set phone_number = 'call me' where id = :id", id=mina.id)
    answer = await world.account.graphql(UPDATE, {"input": {"address": "Oslo"}}, token=mina.access_token)
    assert (answer.data["updateProfile"]["phoneNumber"], answer.errors) == ("call me", [])


@pytest.mark.parametrize(
    ("changed", "field", "code"),
    [
        ({"displayName": None}, "displayName", "EMPTY"),
        ({"displayName": "  "}, "displayName", "EMPTY"),
        ({"displayName": "x" * 101}, "displayName", "TOO_LONG"),
        ({"phoneNumber": "0" * 31}, "phoneNumber", "TOO_LONG"),
        ({"phoneNumber": "abc"}, "phoneNumber", "NOT_A_PHONE_NUMBER"),
        ({"phoneNumber": "+47 555"}, "phoneNumber", "NOT_A_PHONE_NUMBER"),
        ({"phoneNumber": "a\0b"}, "phoneNumber", "NOT_TEXT"),
        ({"address": "a\0b"}, "address", "NOT_TEXT"),
        ({"birthDate": "1899-12-31"}, "birthDate", "OUT_OF_RANGE"),
        ({"birthDate": "2999-01-01"}, "birthDate", "OUT_OF_RANGE"),
        ({"preferredLanguage": "Korean, please"}, "preferredLanguage", "NOT_A_LANGUAGE"),
        ({"avatarUrl": "http://pictures.example/a.png"}, "avatarUrl", "NOT_HTTPS"),
        ({"avatarUrl": "javascript:alert(1)"}, "avatarUrl", "NOT_HTTPS"),
        ({"avatarUrl": "https://"}, "avatarUrl", "NOT_HTTPS"),
        ({"avatarUrl": "https://[::1"}, "avatarUrl", "NOT_HTTPS"),
        ({"avatarUrl": "https://a.example/ onload=x"}, "avatarUrl", "NOT_HTTPS"),
    ],
)
async def test_what_can_not_be_is_refused_and_nothing_changes(
    world: World, changed: dict[str, Any], field: str, code: str
) -> None:
    mina = await world.sign_up("mina")
    before = await world.row(mina)
    answer = await world.account.graphql(UPDATE, {"input": {"gender": "MALE"} | changed}, token=mina.access_token)
    assert answer.codes == ["INVALID_INPUT"]
    assert answer.errors[0]["extensions"]["fields"] == [{"field": field, "code": code}]
    assert await world.row(mina) == before


async def test_nobody_has_no_profile(world: World) -> None:
    assert (await world.account.graphql(UPDATE, {"input": {}})).codes == ["UNAUTHENTICATED"]


async def test_an_administrator_changes_name_and_number(world: World, desk: Desk) -> None:
    mina = await world.sign_up("mina")
    answer = await desk.update(mina, displayName="M.", phoneNumber="(010) 1234.5678")
    assert answer.data["updateUser"] == {"displayName": "M.", "phoneNumber": "+821012345678", "role": "GUEST"}
    refused = await desk.update(mina, displayName="N.", phoneNumber="call me")
    assert refused.codes == ["INVALID_INPUT"]
    assert refused.errors[0]["extensions"]["fields"] == [{"field": "phoneNumber", "code": "NOT_A_PHONE_NUMBER"}]
    row = await world.row(mina)
    assert (row["display_name"], row["phone_number"]) == ("M.", "+821012345678")
    assert (await desk.update(mina, phoneNumber=None)).data["updateUser"]["phoneNumber"] is None
    row = await world.row(mina)
    assert (row["updated_by"], row["tokens_revoked_at"]) == (desk.administrator, None)
    assert (await desk.update(mina, displayName="")).codes == ["INVALID_INPUT"]
    assert (await world.row(mina))["display_name"] == "M."
