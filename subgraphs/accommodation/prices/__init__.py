"""Prices: the lowest of a place, ahead or for a stay."""
