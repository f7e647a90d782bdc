"""Room types: the equal rooms an accommodation sells."""
