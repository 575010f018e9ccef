"""Report deployments to LaunchDarkly and Datadog from a GitHub Actions job."""
