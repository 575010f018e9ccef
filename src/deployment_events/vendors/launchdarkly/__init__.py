"""LaunchDarkly engineering insights."""
