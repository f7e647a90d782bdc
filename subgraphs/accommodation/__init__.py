"""Places to stay: what hosts offer, the nights they sell, and the search over them."""
