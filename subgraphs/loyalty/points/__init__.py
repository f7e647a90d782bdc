"""Points: a ledger of what people earned, were granted, spent and lost, in lots that expire."""
