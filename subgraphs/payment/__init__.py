"""payment: opens payments, learns from the provider whether money came, and gives money back."""
