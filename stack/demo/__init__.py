"""The main job, played in front of one: search, a rush for coupons, a booking, a payment, the books."""
