"""Search: places by words, facts and prices, and with dates only those that take the stay."""
