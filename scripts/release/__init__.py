"""A release: an image known by its digest, a commit that names it, and a tag. See docs/releasing.md."""
