"""What holds for accommodations."""

from .tables import CancellationPolicy, CancellationTier

DEFAULT_POLICY = CancellationPolicy(
    name="Free until the day before", tiers=[CancellationTier(days_before=1, fee_percent=0)]
)
"""For a place whose host gave none: after that day cancelling costs everything."""
