"""Builders for tests: each returns something valid that a test then changes in one place."""
