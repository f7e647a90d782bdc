"""What the five databases, the gates and the provider say, compared: what must never be, and what must agree."""
