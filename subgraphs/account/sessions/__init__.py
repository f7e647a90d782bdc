"""sessions: how a person proves, request after request, who they are."""
