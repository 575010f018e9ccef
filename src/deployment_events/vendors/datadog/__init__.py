"""Datadog DORA metrics."""
