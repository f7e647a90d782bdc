"""A rush to look at: the page that shows one, and guests who make one."""
