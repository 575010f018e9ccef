"""Rules for single values: times, text, JSON."""
