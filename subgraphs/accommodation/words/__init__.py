"""Words: what places are found by, and what a misspelled word may mean."""
