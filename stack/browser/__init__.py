"""A browser for the tests: where it is, and how it gets here."""
