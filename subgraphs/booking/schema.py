"""The graph booking contributes: what guests see, and the back office."""

from chassis.federation import build_schema

from .bookings.admin import BookingAdminMutation, BookingAdminQuery, BookingAdminSubscription
from .bookings.mutations import BookingMutation
from .bookings.queries import BookingQuery, Viewer
from .bookings.subscriptions import BookingSubscription

public = build_schema(
    query=[BookingQuery], mutation=[BookingMutation], subscription=[BookingSubscription], types=[Viewer]
)
admin = build_schema(
    query=[BookingAdminQuery], mutation=[BookingAdminMutation], subscription=[BookingAdminSubscription]
)
