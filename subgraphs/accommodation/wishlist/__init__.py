"""Wishlist: places somebody keeps in mind."""
