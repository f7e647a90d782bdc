"""account: people and their sessions."""
