"""bookings: what people are bound by, as far as account has to know it."""
