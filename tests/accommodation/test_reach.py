"""Who reaches what in the back office: every field of it, asked by everybody it is not for, and by those it is for."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from graphql import GraphQLObjectType, GraphQLScalarType, get_named_type
from sqlalchemy import text

from chassis import clock
from chassis.ids import uuid7
from chassis.roles import Role
from chassis.testing import Answer, SubgraphUnderTest
from subgraphs.accommodation.photos.tables import Photo, PhotoOwner
from subgraphs.accommodation.reviews.hide import hide_review
from subgraphs.accommodation.schema import admin
from tests.accommodation.backoffice import Person
from tests.accommodation.reviews.guests import Guest

SCHEMA = admin._schema
ENTITIES = ["Accommodation", "RoomType", "Review"]

# What each root field is asked with. A field that is missing here fails the test that walks them.
ARGUMENTS = {
    "Query.accommodation": 'id: "{place}"',
    "Query.accommodations": 'filter: {{ hostId: "{owner}" }}',
    "Mutation.createAccommodation": """input: {{ name: "New", description: "", kind: HOUSE, hostId: "{owner}",
        address: {{ line: "1", region: "R", country: "KR" }}, checkInTime: "15:00:00", checkOutTime: "11:00:00" }}""",
    "Mutation.updateAccommodation": 'input: {{ accommodationId: "{place}", name: "Changed" }}',
    "Mutation.publishAccommodation": 'accommodationId: "{place}"',
    "Mutation.withdrawAccommodation": 'accommodationId: "{place}"',
    "Mutation.deleteAccommodation": 'accommodationId: "{place}"',
    "Mutation.createRoomType": """input: {{ accommodationId: "{place}", name: "New", description: "",
        maxGuests: 1, units: 1, basePrice: 1 }}""",
    "Mutation.updateRoomType": 'input: {{ roomTypeId: "{room_type}", name: "Changed" }}',
    "Mutation.deleteRoomType": 'roomTypeId: "{spare}"',
    "Mutation.openNights": 'input: {{ roomTypeId: "{room_type}", from: "{day}", to: "{later}" }}',
    "Mutation.updateNights": 'input: {{ roomTypeId: "{room_type}", from: "{day}", to: "{later}", price: 1 }}',
    "Query.reviews": 'filter: {{ accommodationId: "{place}" }}',
    "Mutation.replyToReview": 'reviewId: "{review}", text: "Thank you."',
    "Mutation.hideReview": 'reviewId: "{review}", reason: "Rude."',
    "Mutation.unhideReview": 'reviewId: "{hidden}"',
    "Mutation.requestPhotoUpload": 'input: {{ contentType: "image/png", byteLength: 1 }}',
    "Mutation.setPhotos": 'accommodationId: "{place}", photos: [{{ photoId: "{photo}" }}]',
    "Mutation.setRoomTypePhotos": 'roomTypeId: "{room_type}", photos: []',
}
NESTED = {"RoomType.calendar": 'from: "{day}", to: "{later}"'}
ADMINISTRATORS_ONLY = {"Mutation.hideReview", "Mutation.unhideReview"}
# What nobody else's place has to do with: every host may.
EVERY_HOST = {"Mutation.requestPhotoUpload"}
# A host is told of another's as of what does not exist, and is refused what only administrators may say.
OTHERS = {"Mutation.createAccommodation": ["FORBIDDEN"]}


def root_fields() -> list[str]:
    roots = {"Query": SCHEMA.query_type, "Mutation": SCHEMA.mutation_type}
    return [f"{name}.{field}" for name, root in roots.items() if root for field in root.fields if field[0] != "_"]


@dataclass
class Estate:
    """An owner's place with all that hangs on it, and everybody who asks about it."""

    subgraph: SubgraphUnderTest
    owner: Person
    names: dict[str, str]

    async def ask(self, who: str, document: str) -> Answer:
        if who == "anonymous":
            return await self.subgraph.graphql(document, face="admin")
        role = {"guest": Role.GUEST, "administrator": Role.ADMIN}.get(who, Role.HOST)
        user = self.owner.id if who == "owner" else uuid7()
        return await self.subgraph.graphql(document, user=user, role=role, face="admin")

    def document(self, coordinate: str) -> str:
        root, field = coordinate.split(".")
        type_ = get_named_type(getattr(SCHEMA, f"{root.lower()}_type").fields[field].type)
        shown = "{ nodes { id } }" if type_.name.endswith("Connection") else "{ __typename }"
        shown = "" if isinstance(type_, GraphQLScalarType) else shown
        return f"{root.lower()} {{ {field}({ARGUMENTS[coordinate].format(**self.names)}) {shown} }}"

    async def rows(self) -> list[str]:
        """Everything that is stored."""
        tables = self.subgraph.database.outbox.metadata.sorted_tables
        async with self.subgraph.database.reading() as session:
            return [
                str((await session.execute(text(f'SELECT t::text FROM "{table.name}" t ORDER BY 1'))).all())
                for table in tables
            ]


@pytest.fixture
async def estate(accommodation: SubgraphUnderTest, places: Any, host: Person) -> Estate:
    place = await places.add(host_id=host.id)
    room_type, spare = await places.add_room_type(place), await places.add_room_type(place)
    await places.open(room_type, 0, 1)
    guest = Guest(accommodation)
    reviews = {name: await guest.review(room_type) for name in ("review", "hidden")}
    async with accommodation.database.transaction() as session:
        await hide_review(session, UUID(reviews["hidden"]), "Rude.", by=uuid7())
    photo = Photo(content_type="image/png", byte_length=1, created_by=host.id, checked_at=clock.now())
    photo.owner_kind, photo.owner_id = PhotoOwner.ACCOMMODATION, place.id
    async with accommodation.database.transaction() as session:
        session.add(photo)
    keys = (
        reviews
        | {"photo": photo.id}
        | {"place": place.id, "room_type": room_type.id, "spare": spare.id, "owner": host.id}
    )
    days = {"day": str(places.day(0)), "later": str(places.day(2))}
    return Estate(accommodation, host, {name: str(key) for name, key in keys.items()} | days)


def test_every_root_field_is_walked() -> None:
    assert sorted(ARGUMENTS) == sorted(root_fields())


@pytest.mark.parametrize("coordinate", root_fields())
@pytest.mark.parametrize("who", ["anonymous", "guest", "another host", "owner", "administrator"])
async def test_a_root_field_is_for_the_owner_and_administrators(estate: Estate, coordinate: str, who: str) -> None:
    before = await estate.rows()
    answer = await estate.ask(who, estate.document(coordinate))
    value = next(iter(answer.data.values()), None) if answer.data else None
    refused = {"anonymous": ["UNAUTHENTICATED"], "guest": ["FORBIDDEN"]}.get(who)
    if who != "administrator" and coordinate in ADMINISTRATORS_ONLY:
        refused = refused or ["FORBIDDEN"]
    elif who == "another host" and coordinate not in EVERY_HOST:
        refused = OTHERS.get(coordinate, [] if coordinate.startswith("Query") else ["NOT_FOUND"])
    if refused is None:
        assert answer.errors == []
        assert value not in (None, {"nodes": []})
    else:
        assert answer.codes == refused
        assert value in (None, {"nodes": []})
        assert await estate.rows() == before


def fields_of(type_: GraphQLObjectType, names: dict[str, str], seen: tuple[str, ...] = ()) -> Iterator[str]:
    """Every field with all below it; a type that is open above is not opened again."""
    for name, field in type_.fields.items():
        given = NESTED.get(f"{type_.name}.{name}", "").format(**names)
        inner = get_named_type(field.type)
        if not isinstance(inner, GraphQLObjectType):
            yield f"{name}{f'({given})' if given else ''}"
        elif inner.name not in seen:
            below = " ".join(fields_of(inner, names, (*seen, type_.name, inner.name)))
            yield f"{name}{f'({given})' if given else ''} {{ {below} }}"


def test_every_entity_is_walked() -> None:
    entities: Any = SCHEMA.type_map["_Entity"]
    # A User is a name of another subgraph's; nothing of ours hangs on it.
    assert {each.name for each in entities.types} == {*ENTITIES, "User"}


@pytest.mark.parametrize("entity", ENTITIES)
@pytest.mark.parametrize("who", ["anonymous", "guest", "another host", "owner", "administrator"])
async def test_a_reference_shows_all_of_an_entity_or_nothing(estate: Estate, entity: str, who: str) -> None:
    key = estate.names[{"Accommodation": "place", "RoomType": "room_type"}.get(entity, entity.lower())]
    selected = " ".join(fields_of(SCHEMA.type_map[entity], estate.names, (entity,)))  # type: ignore[arg-type]
    of = f'{{ __typename: "{entity}", id: "{key}" }}'
    answer = await estate.ask(who, f"{{ _entities(representations: [{of}]) {{ ... on {entity} {{ {selected} }} }} }}")
    assert answer.errors == []
    found = answer.data["_entities"][0]
    assert (found or {}).get("id") == (key if who in {"owner", "administrator"} else None)
