"""The gates of coupon events, kept: rebuilt when they are lost, and compared with the rows."""
