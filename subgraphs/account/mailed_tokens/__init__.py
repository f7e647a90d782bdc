"""mailed_tokens: what proves that somebody reads the mail of an address."""
