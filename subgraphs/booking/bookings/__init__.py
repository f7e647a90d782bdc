"""Bookings: what guests asked for, how far it has come, and why."""
