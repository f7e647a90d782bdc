"""The page on which people pay."""
