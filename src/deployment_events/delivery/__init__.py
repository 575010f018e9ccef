"""Delivers messages to the vendors: threads, retries, look-ups and the outbox."""
