"""Folders of CAs as OpenSSL reads them: the name of each file is the hash of its certificate."""

import subprocess
from pathlib import Path


def hashed(ca_file: Path, folder: Path) -> Path:
    """Put a CA into a new folder under its hash, and return the folder."""
    asked = ["openssl", "x509", "-hash", "-noout", "-in", str(ca_file)]
    digest = subprocess.run(asked, check=True, capture_output=True, text=True).stdout.strip()
    folder.mkdir()
    (folder / f"{digest}.0").write_bytes(ca_file.read_bytes())
    return folder
