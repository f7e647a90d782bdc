"""The calendar: nights on sale, whether a stay is allowed, and nights held for bookings."""
