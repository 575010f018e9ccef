from __future__ import annotations

import pytest

from scripts.release.command import ReleaseError
from scripts.release.reference import Reference, image_name, major_tag, number, parse_version

DIGEST = "sha256:" + "0" * 64


@pytest.mark.parametrize(
    ("text", "version"), [("1.2.3", "1.2.3"), ("v10.0.1", "10.0.1"), (" 0.1.0\n", "0.1.0")]
)
def test_versions(text: str, version: str) -> None:
    assert parse_version(text) == version


@pytest.mark.parametrize(
    "text",
    ["", "1", "1.2", "1.2.3-rc1", "01.2.3", "1.2.3.4", "vv1.2.3", "1.2.3; rm -rf /", "latest"],
)
def test_other_text_is_not_a_version(text: str) -> None:
    with pytest.raises(ReleaseError, match="is not a version"):
        parse_version(text)


def test_versions_compare_as_numbers() -> None:
    assert number("1.10.0") > number("1.9.9")


def test_names() -> None:
    assert major_tag("12.3.4") == "v12"
    assert image_name("Some-Owner/Deployment-Events") == "ghcr.io/some-owner/deployment-events"


@pytest.mark.parametrize(
    ("text", "tagged"),
    [
        (f"ghcr.io/o/n:v1.2.3@{DIGEST}", "ghcr.io/o/n:v1.2.3"),
        (f"127.0.0.1:5000/o/n/deep:v0.0.0@{DIGEST}", "127.0.0.1:5000/o/n/deep:v0.0.0"),
    ],
)
def test_a_reference_is_read_and_written(text: str, tagged: str) -> None:
    reference = Reference.parse(text)
    assert (str(reference), reference.tagged) == (text, tagged)


@pytest.mark.parametrize(
    "text",
    [
        "ghcr.io/o/n:v1.2.3",
        f"ghcr.io/o/n@{DIGEST}",
        f"ghcr.io/O/n:v1.2.3@{DIGEST}",
        f"ghcr.io/o/n:1.2.3@{DIGEST}",
        f"ghcr.io/o/n:vlatest@{DIGEST}",
        f"ghcr.io/o/n:v1.2.3@{DIGEST[:-1]}",
        f"ghcr.io/o/n:v1.2.3@{DIGEST}\nargs: [evil]",
    ],
)
def test_other_text_is_not_a_reference(text: str) -> None:
    with pytest.raises(ReleaseError):
        Reference.parse(text)
