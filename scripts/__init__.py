"""Programs of the repository: the image's last build step, and the release."""
