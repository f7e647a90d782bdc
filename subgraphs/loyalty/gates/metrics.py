"""Metrics of the gates and of their books, for Prometheus."""

from prometheus_client import Counter, Gauge

GATES_LOST = Gauge("coupon_gates_lost", "Gates of coupon events that are lost and not rebuilt yet.")
GATES_REBUILT = Counter("coupon_gates_rebuilt", "Gates of coupon events that were rebuilt.")
BOOKS_DIFFER = Gauge(
    "coupon_books_differ",
    "Coupons on which gate and rows have not agreed for longer than LOYALTY_OVERDUE_SECONDS.",
    ["difference"],
)
