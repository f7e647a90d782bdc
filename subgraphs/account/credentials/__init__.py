"""credentials: with what people prove who they are, and how they change it."""
