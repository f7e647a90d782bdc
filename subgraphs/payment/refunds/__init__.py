"""Money on its way back: owed, sent, followed to its end."""
