"""Whom events accepted, as administrators look through them: in both books at once."""
