"""The graph loyalty contributes: what clients see, and the back office."""

from chassis.federation import build_schema

from .coupon_events.admin import CouponEventAdminMutation, CouponEventAdminQuery, CouponEventAdminSubscription
from .coupon_events.mutations import CouponEventMutation
from .coupon_events.queries import CouponEventQuery
from .coupon_events.subscriptions import CouponEventSubscription
from .coupons.admin import CouponAdminMutation, CouponAdminQuery
from .coupons.queries import CouponQuery
from .gates.admin import GateAdminMutation
from .issuances.admin import AdminCouponIssuance
from .points.admin import PointAdminMutation, PointAdminQuery
from .points.types import PointAccount
from .references import User, Viewer

public = build_schema(
    query=[CouponQuery, CouponEventQuery],
    mutation=[CouponEventMutation],
    subscription=[CouponEventSubscription],
    types=[Viewer, PointAccount],
)
admin = build_schema(
    query=[CouponAdminQuery, CouponEventAdminQuery, PointAdminQuery],
    mutation=[CouponAdminMutation, CouponEventAdminMutation, GateAdminMutation, PointAdminMutation],
    subscription=[CouponEventAdminSubscription],
    types=[User, AdminCouponIssuance],
)
