"""Report deployments to LaunchDarkly and Datadog from a GitHub Actions job."""

__version__ = "0.1.0"
"""The version in pyproject.toml, which the User-Agent header of every request contains."""
