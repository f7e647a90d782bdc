"""Accommodations: a host's place with its address, its terms and whether it is on sale."""
