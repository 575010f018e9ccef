from __future__ import annotations

import difflib
from pathlib import Path

import pytest
import yaml

from scripts.release.command import ReleaseError
from scripts.release.pin import pin, pinned
from scripts.release.reference import Reference


def test_one_line_changes(manifest: str, reference: Reference) -> None:
    lines = difflib.ndiff(manifest.splitlines(), pin(manifest, reference).splitlines())
    changes = [line for line in lines if line[0] in "+-"]
    assert changes == ["-   image: Dockerfile", f"+   image: docker://{reference}"]


def test_the_manifest_of_this_repository_changes_in_the_image_only(reference: Reference) -> None:
    manifest = (Path(__file__).parents[2] / "action.yml").read_text("utf-8")
    # These tests also run on the commit of a release.
    if "docker://" in manifest:
        manifest = manifest.replace(f"docker://{pinned(manifest)}", "Dockerfile")
    before, after = yaml.safe_load(manifest), yaml.safe_load(pin(manifest, reference))
    assert after["runs"].pop("image") == f"docker://{reference}"
    assert before["runs"].pop("image") == "Dockerfile"
    assert before == after


@pytest.mark.parametrize("image", ["Dockerfile", "'Dockerfile'", '"Dockerfile"  # built here'])
def test_the_pinned_image_is_read_back(manifest: str, reference: Reference, image: str) -> None:
    manifest = manifest.replace("image: Dockerfile", f"image: {image}")
    assert pinned(pin(manifest, reference)) == reference


def test_a_release_is_not_released_again(manifest: str, reference: Reference) -> None:
    with pytest.raises(ReleaseError, match="from a branch"):
        pin(pin(manifest, reference), reference)


def test_a_branch_has_no_released_image(manifest: str) -> None:
    with pytest.raises(ReleaseError, match="not a released image"):
        pinned(manifest)


@pytest.mark.parametrize("lines", ["", "image: Dockerfile\n  image: other"])
def test_a_manifest_needs_exactly_one_image(
    manifest: str, lines: str, reference: Reference
) -> None:
    with pytest.raises(ReleaseError, match="exactly one"):
        pin(manifest.replace("image: Dockerfile", lines), reference)
