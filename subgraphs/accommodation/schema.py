"""The graph accommodation contributes."""

from chassis.federation import build_schema

from .accommodations.queries import AccommodationQuery
from .room_types.queries import RoomTypeQuery
from .search.queries import SearchQuery

public = build_schema(query=[AccommodationQuery, RoomTypeQuery, SearchQuery])
