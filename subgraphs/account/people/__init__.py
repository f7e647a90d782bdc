"""people: who has an account."""
