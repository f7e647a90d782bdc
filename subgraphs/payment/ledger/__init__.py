"""The book of payments: a row a payment, its history, and the wish to have the provider asked."""
