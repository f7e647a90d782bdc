"""Listings: lodgings described by somebody else's file, brought in as accommodations."""
