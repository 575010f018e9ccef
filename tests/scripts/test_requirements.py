"""requirements-sandbox.txt has the versions and hashes of the lock."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
REQUIREMENT = re.compile(r"^([\w.-]+)==(\S+?)(?: ; .+)? \\\n((?: +--hash=.+\n?)+)", re.MULTILINE)


def test_the_sandbox_in_ci_has_the_locked_packages() -> None:
    lock = tomllib.loads((ROOT / "uv.lock").read_text())
    packages = {package["name"]: package for package in lock["package"]}
    found = REQUIREMENT.findall((ROOT / "requirements-sandbox.txt").read_text())
    assert {"jsonpatch", "jsonschema"} <= {name for name, _, _ in found}
    for name, version, hashes in found:
        package = packages[name]
        files = [package["sdist"], *package["wheels"]]
        assert version == package["version"]
        assert set(re.findall(r"sha256:\w+", hashes)) <= {file["hash"] for file in files}
