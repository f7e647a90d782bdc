"""The graph booking contributes."""

from chassis.federation import build_schema

from .bookings.mutations import BookingMutation
from .bookings.queries import BookingQuery, Viewer
from .bookings.subscriptions import BookingSubscription

public = build_schema(
    query=[BookingQuery], mutation=[BookingMutation], subscription=[BookingSubscription], types=[Viewer]
)
