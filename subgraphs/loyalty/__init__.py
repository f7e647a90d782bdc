"""Loyalty: coupons, the events that give them out, points, and what a booking holds of them."""
