"""One payment a booking: opened, closed, and kept as the provider says it stands."""
