"""Files of a small stand-in for a base image, and their copies in the image."""

from pathlib import Path

from scripts.lay_out_image import Image


def write(path: Path, content: str | bytes = "content") -> Path:
    """Write a file of the base."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def placed(image: Image, path: Path) -> Path:
    """Return where a file of the base is in the image."""
    return image.tree / path.relative_to("/")
