"""The graph accommodation contributes: what clients see, and the back office."""

from chassis.federation import build_schema

from .accommodations.admin import AccommodationAdminMutation, AccommodationAdminQuery
from .accommodations.queries import AccommodationQuery
from .calendar.admin import CalendarAdminMutation
from .offers.admin import OfferAdminMutation
from .photos.admin import PhotoAdminMutation
from .photos.mutations import PhotoMutation
from .references import Viewer
from .reviews.admin import ReviewAdminMutation, ReviewAdminQuery
from .reviews.mutations import ReviewMutation
from .reviews.queries import ReviewQuery
from .reviews.types import Booking
from .room_types.admin import RoomTypeAdminMutation
from .room_types.queries import RoomTypeQuery
from .search.queries import SearchQuery
from .wishlist.mutations import WishlistMutation

public = build_schema(
    query=[AccommodationQuery, RoomTypeQuery, SearchQuery, ReviewQuery],
    mutation=[ReviewMutation, PhotoMutation, WishlistMutation],
    types=[Viewer, Booking],
)
admin = build_schema(
    query=[AccommodationAdminQuery, ReviewAdminQuery],
    mutation=[
        AccommodationAdminMutation,
        RoomTypeAdminMutation,
        CalendarAdminMutation,
        OfferAdminMutation,
        ReviewAdminMutation,
        PhotoAdminMutation,
    ],
)
