"""The payment provider: what is asked of it, what it answers, and the call to PortOne."""
