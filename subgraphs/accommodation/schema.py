"""The graph accommodation contributes: what clients see, and the back office."""

from chassis.federation import build_schema

from .accommodations.admin import AccommodationAdminMutation, AccommodationAdminQuery
from .accommodations.queries import AccommodationQuery
from .calendar.admin import CalendarAdminMutation
from .offers.admin import OfferAdminMutation
from .room_types.admin import RoomTypeAdminMutation
from .room_types.queries import RoomTypeQuery
from .search.queries import SearchQuery

public = build_schema(query=[AccommodationQuery, RoomTypeQuery, SearchQuery])
admin = build_schema(
    query=[AccommodationAdminQuery],
    mutation=[AccommodationAdminMutation, RoomTypeAdminMutation, CalendarAdminMutation, OfferAdminMutation],
)
