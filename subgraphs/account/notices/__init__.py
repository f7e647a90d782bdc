"""notices: the mails people get, each once."""
