"""The graph payment contributes: what payers see, and the back office."""

from chassis.federation import build_schema

from .payments.admin import AdminBooking, PaymentAdminMutation, PaymentAdminQuery
from .payments.mutations import PaymentMutation
from .payments.queries import PaymentQuery, Viewer
from .payments.types import Booking
from .refunds.admin import AdminRefund
from .refunds.mutations import RefundMutation
from .refunds.types import Refund

public = build_schema(query=[PaymentQuery], mutation=[PaymentMutation, RefundMutation], types=[Booking, Refund, Viewer])
admin = build_schema(query=[PaymentAdminQuery], mutation=[PaymentAdminMutation], types=[AdminBooking, AdminRefund])
