"""The graph payment contributes: what payers see, and the back office."""

from chassis.federation import build_schema

from .payments.admin import AdminBooking, AdminRefund, PaymentAdminMutation, PaymentAdminQuery
from .payments.mutations import PaymentMutation
from .payments.queries import PaymentQuery, Viewer
from .payments.types import Booking, Refund

public = build_schema(query=[PaymentQuery], mutation=[PaymentMutation], types=[Booking, Refund, Viewer])
admin = build_schema(query=[PaymentAdminQuery], mutation=[PaymentAdminMutation], types=[AdminBooking, AdminRefund])
