"""Loyalty: coupons, the events that give them out, and what a booking holds of them."""
