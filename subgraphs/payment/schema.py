"""The graph payment contributes."""

from chassis.federation import build_schema

from .payments.mutations import PaymentMutation
from .payments.queries import PaymentQuery, Viewer
from .payments.types import Booking, Refund

public = build_schema(query=[PaymentQuery], mutation=[PaymentMutation], types=[Booking, Refund, Viewer])
