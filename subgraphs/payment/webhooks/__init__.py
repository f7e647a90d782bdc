"""The provider's webhooks: verified, kept, and a reason to ask the provider itself."""
