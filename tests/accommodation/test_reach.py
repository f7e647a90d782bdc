"""Who reaches what in the back office: every field of it, asked by everybody it is not for, and by those it is for."""

from typing import Any

import pytest

from chassis.testing import Answer, SubgraphUnderTest
from chassis.testing_schemas import entities, root_fields
from subgraphs.accommodation.schema import admin
from tests.accommodation.backoffice import Person
from tests.accommodation.estate import ARGUMENTS, Estate, document_of, entities_of
from tests.accommodation.reviews.guests import Guest

FIELDS = sorted(root_fields(admin=admin))
KEYS = {"admin Accommodation": "place", "admin RoomType": "room_type", "admin Review": "review"}
ADMINISTRATORS_ONLY = {"admin Mutation.hideReview", "admin Mutation.unhideReview"}
# What nobody else's place has to do with: every host may.
EVERY_HOST = {"admin Mutation.requestPhotoUpload"}
# A host is told of another's as of what does not exist, and is refused what only administrators may say.
OTHERS = {"admin Mutation.createAccommodation": ["FORBIDDEN"]}
PEOPLE = ["anonymous", "guest", "another host", "owner", "administrator"]


@pytest.fixture
async def estate(accommodation: SubgraphUnderTest, places: Any, host: Person) -> Estate:
    return await Estate.build(places, host, Guest(accommodation))


def test_every_root_field_and_entity_is_walked() -> None:
    assert sorted(each for each in ARGUMENTS if each.startswith("admin")) == FIELDS
    assert set(KEYS) == entities(admin=admin)


def refusal(coordinate: str, who: str) -> list[str] | None:
    """The codes somebody gets there; None where they may."""
    if who in {"anonymous", "guest"}:
        return ["UNAUTHENTICATED"] if who == "anonymous" else ["FORBIDDEN"]
    if coordinate in ADMINISTRATORS_ONLY:
        return None if who == "administrator" else ["FORBIDDEN"]
    if who == "another host" and coordinate not in EVERY_HOST:
        return OTHERS.get(coordinate, [] if "Query" in coordinate else ["NOT_FOUND"])
    return None


@pytest.mark.parametrize("coordinate", FIELDS)
async def test_a_root_field_is_for_the_owner_and_administrators(estate: Estate, coordinate: str) -> None:
    document, before = document_of(coordinate, estate.names), await estate.rows()
    allowed = [who for who in PEOPLE if refusal(coordinate, who) is None]
    for who in (each for each in PEOPLE if each not in allowed):
        answer = await estate.ask(who, document)
        assert (who, answer.codes) == (who, refusal(coordinate, who))
        assert not shown(answer)
        assert await estate.rows() == before
    answer = await estate.ask(allowed[0], document)
    assert answer.errors == []
    assert shown(answer)


@pytest.mark.parametrize("coordinate", [each for each in FIELDS if each not in ADMINISTRATORS_ONLY])
async def test_an_administrator_reaches_all(estate: Estate, coordinate: str) -> None:
    assert refusal(coordinate, "administrator") is None
    answer = await estate.ask("administrator", document_of(coordinate, estate.names))
    assert answer.errors == []
    assert shown(answer)


def shown(answer: Answer) -> Any:
    """What there is to see: of a page its places or reviews."""
    value = next(iter(answer.data.values()), None) if answer.data else None
    return value["nodes"] or value["edges"] if isinstance(value, dict) and "nodes" in value else value


@pytest.mark.parametrize("entity", KEYS)
async def test_a_reference_shows_all_of_an_entity_or_nothing(estate: Estate, entity: str) -> None:
    key = estate.names[KEYS[entity]]
    for who in PEOPLE:
        answer = await estate.ask(who, entities_of(entity, [key], estate.names))
        assert (who, answer.errors) == (who, [])
        found = answer.data["_entities"][0]
        assert (who, (found or {}).get("id")) == (who, key if who in {"owner", "administrator"} else None)
