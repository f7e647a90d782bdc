"""Offers: places and rooms go on sale and off it."""
