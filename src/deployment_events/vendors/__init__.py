"""The vendors: what each one receives, and how its responses are read."""
