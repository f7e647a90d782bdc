"""Coupon events: first come, first served, exactly as many as there are, whatever fails."""
