"""Coupons: what they take off, who owns one, and what a booking holds, spends or gives back."""
