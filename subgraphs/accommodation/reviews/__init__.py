"""Reviews: what guests say of places they have stayed at, and what hosts reply."""
