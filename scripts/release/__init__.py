"""The release: an image pinned by digest, a commit that names it, tags. See docs/releasing.md."""
