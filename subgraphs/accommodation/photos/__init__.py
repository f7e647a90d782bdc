"""Photos: uploaded to a signed address, checked by what they are, shown in four sizes."""
