"""A host's place with all that hangs on it, and what each field of the graph is asked with there."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self
from uuid import UUID

from graphql import get_named_type, is_leaf_type
from sqlalchemy import text

from chassis import clock
from chassis.ids import uuid7
from chassis.roles import Role
from chassis.testing import Answer, SubgraphUnderTest
from chassis.testing_schemas import everything, graph_of
from subgraphs.accommodation.hosts.note import note_role
from subgraphs.accommodation.photos.tables import Photo, PhotoOwner
from subgraphs.accommodation.reviews.hide import hide_review
from subgraphs.accommodation.schema import admin, public
from tests.accommodation.backoffice import Person
from tests.accommodation.reviews.guests import Guest

FACES = {"public": public, "admin": admin}
# What each root field is asked with. A field that is missing here fails the tests that walk them.
ARGUMENTS = {
    "admin Query.accommodation": 'id: "{place}"',
    "admin Query.accommodations": 'filter: {{ hostId: "{owner}" }}, first: {first}',
    "admin Mutation.createAccommodation": """input: {{ name: "New", description: "", kind: HOUSE, hostId: "{owner}",
        address: {{ line: "1", region: "R", country: "KR" }}, checkInTime: "15:00:00", checkOutTime: "11:00:00" }}""",
    "admin Mutation.updateAccommodation": 'input: {{ accommodationId: "{place}", name: "Changed" }}',
    "admin Mutation.publishAccommodation": 'accommodationId: "{place}"',
    "admin Mutation.withdrawAccommodation": 'accommodationId: "{place}"',
    "admin Mutation.deleteAccommodation": 'accommodationId: "{place}"',
    "admin Mutation.createRoomType": """input: {{ accommodationId: "{place}", name: "New", description: "",
        maxGuests: 1, units: 1, basePrice: 1 }}""",
    "admin Mutation.updateRoomType": 'input: {{ roomTypeId: "{room_type}", name: "Changed" }}',
    "admin Mutation.deleteRoomType": 'roomTypeId: "{spare}"',
    "admin Mutation.openNights": 'input: {{ roomTypeId: "{room_type}", from: "{day}", to: "{later}" }}',
    "admin Mutation.updateNights": 'input: {{ roomTypeId: "{room_type}", from: "{day}", to: "{later}", price: 1 }}',
    "admin Query.reviews": 'filter: {{ accommodationId: "{place}" }}, first: {first}',
    "admin Mutation.replyToReview": 'reviewId: "{review}", text: "Thank you."',
    "admin Mutation.hideReview": 'reviewId: "{review}", reason: "Rude."',
    "admin Mutation.unhideReview": 'reviewId: "{hidden}"',
    "admin Mutation.requestPhotoUpload": 'input: {{ contentType: "image/png", byteLength: 1 }}',
    "admin Mutation.setPhotos": 'accommodationId: "{place}", photos: [{{ photoId: "{photo}" }}]',
    "admin Mutation.setRoomTypePhotos": 'roomTypeId: "{room_type}", photos: []',
    "public Query.accommodation": 'id: "{place}"',
    "public Query.accommodations": 'filter: {{ hostId: "{owner}" }}, stay: {{ {stay} }}, first: {first}',
    "public Query.regions": "first: {first}",
    "public Query.review": 'id: "{review}"',
    "public Query.roomType": 'id: "{room_type}"',
    "public Mutation.addToWishlist": 'accommodationId: "{place}"',
    "public Mutation.createReview": """input: {{ bookingId: "{booking}", rating: 5, text: "Good.",
        photoIds: ["{unused}"] }}""",
    "public Mutation.deleteReview": 'reviewId: "{review}"',
    "public Mutation.removeFromWishlist": 'accommodationId: "{place}"',
    "public Mutation.requestPhotoUpload": 'input: {{ contentType: "image/png", byteLength: 1 }}',
    "public Mutation.updateReview": 'input: {{ reviewId: "{review}", rating: 1 }}',
}
# And the fields below that need arguments, or should be asked for all they have.
NESTED = {
    "Accommodation.lowestPrice": "stay: {{ {stay} }}",
    "RoomType.calendar": 'from: "{day}", to: "{later}"',
    "RoomType.quote": "stay: {{ {stay} }}",
}


def document_of(coordinate: str, names: dict[str, Any], below: str | None = None) -> str:
    """Everything there is below a root field, or as much as is said."""
    face, rest = coordinate.split()
    root, name = rest.split(".")
    graph = graph_of(FACES[face])
    type_ = get_named_type(getattr(graph, f"{root.lower()}_type").fields[name].type)
    shown = "" if is_leaf_type(type_) else f"{{ {below or everything(type_, nested(names))} }}"
    return f"{root.lower()} {{ {name}({ARGUMENTS[coordinate].format(**names)}) {shown} }}"


def entities_of(entity: str, ids: Sequence[str], names: dict[str, Any]) -> str:
    """Everything there is of an entity, from its references."""
    face, kind = entity.split()
    of = ", ".join(f'{{ __typename: "{kind}", id: "{each}" }}' for each in ids)
    selected = everything(graph_of(FACES[face]).type_map[kind], nested(names))  # type: ignore[arg-type]
    return f"{{ _entities(representations: [{of}]) {{ ... on {kind} {{ {selected} }} }} }}"


def nested(names: dict[str, Any]) -> dict[str, str]:
    return {coordinate: given.format(**names) for coordinate, given in NESTED.items()}


@dataclass
class Estate:
    """`names` are the ids and days that arguments speak of."""

    subgraph: SubgraphUnderTest
    owner: Person
    guest: Guest
    names: dict[str, str]

    @classmethod
    async def build(cls, places: Any, owner: Person, guest: Guest) -> Self:
        place = await places.add(host_id=owner.id)
        room_type, spare = await places.add_room_type(place), await places.add_room_type(place)
        await places.open(room_type, 0, 2)
        reviews = {name: await guest.review(room_type) for name in ("review", "hidden")}
        async with owner.subgraph.database.transaction() as session:
            await hide_review(session, UUID(reviews["hidden"]), "Rude.", by=uuid7())
            await note_role(session, owner.id, owner.role.value, clock.now())
        photo = _photo(owner.id, PhotoOwner.ACCOMMODATION, place.id)
        photos = [photo, _photo(owner.id, PhotoOwner.ROOM_TYPE, room_type.id), unused := _photo(guest.id)]
        async with owner.subgraph.database.transaction() as session:
            session.add_all([*photos, _photo(guest.id, PhotoOwner.REVIEW, UUID(reviews["review"]))])
        keys = {"place": place.id, "room_type": room_type.id, "spare": spare.id, "photo": photo.id, "unused": unused.id}
        keys |= reviews | {"owner": owner.id, "guest": guest.id, "booking": await guest.stay(room_type)}
        await guest.get(f'mutation {{ addToWishlist(accommodationId: "{place.id}") {{ id }} }}')
        days = {"day": str(places.day(0)), "later": str(places.day(2)), "first": "20"}
        days["stay"] = 'checkIn: "{day}", checkOut: "{later}"'.format(**days)
        return cls(owner.subgraph, owner, guest, {name: str(key) for name, key in keys.items()} | days)

    async def ask(self, who: str, document: str, face: str = "admin") -> Answer:
        if who == "anonymous":
            return await self.subgraph.graphql(document, face=face)
        role = {"guest": Role.GUEST, "administrator": Role.ADMIN}.get(who, Role.HOST)
        user = {"owner": self.owner.id, "guest": self.guest.id}.get(who, uuid7())
        return await self.subgraph.graphql(document, user=user, role=role, face=face)

    async def rows(self) -> list[str]:
        """Everything that is stored."""
        tables = self.subgraph.database.outbox.metadata.sorted_tables
        async with self.subgraph.database.reading() as session:
            return [
                str((await session.execute(text(f'SELECT t::text FROM "{table.name}" t ORDER BY 1'))).all())
                for table in tables
            ]


def _photo(by: UUID, kind: PhotoOwner | None = None, of: UUID | None = None) -> Photo:
    shown = {"owner_kind": kind, "owner_id": of, "checked_at": clock.now()}
    return Photo(content_type="image/png", byte_length=1, created_by=by, **shown)
