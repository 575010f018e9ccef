"""The commands of the workflow, with a `gh` that records which tags were public when it ran."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from scripts.release import __main__ as release
from scripts.release.reference import Reference
from scripts.release.repository import Repository

GH = """\
#!/usr/bin/env python3
import json, os, subprocess, sys
if sys.argv[1:3] == ["release", "view"]:
    sys.exit(print("false") if os.path.exists("../gh") else "release not found")
if os.path.exists("../refusal"):
    sys.exit(open("../refusal").read())
if os.path.exists("../gh"):
    sys.exit("a release with the same tag name already exists: v1.2.3")
tags = subprocess.check_output(["git", "ls-remote", "--tags", "--refs", "origin"], text=True)
names = [line.split("/")[-1] for line in tags.splitlines()]
json.dump({"arguments": sys.argv[1:], "tags": names}, open("../gh", "w"))
"""
BOTH_TAGS = ("refs/tags/v1", "refs/tags/v1.2.3^{}")


@pytest.fixture
def clone(
    repository: Repository, program: Callable[[str, str], None], monkeypatch: pytest.MonkeyPatch
) -> Repository:
    """A repository that is ready for 1.2.3."""
    (repository.root / "CHANGELOG.md").write_text("## 1.2.3\n\nAll of it.\n")
    (repository.root / "pyproject.toml").write_text('[project]\nname = "x"\nversion = "1.2.3"\n')
    repository.git("add", ".")
    repository.git("commit", "--quiet", "--message", "Prepare 1.2.3")
    repository.git("push", "--quiet", "origin", "main")
    program("gh", GH)
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_REPOSITORY", "Owner/Deployment-Events")
    monkeypatch.setattr(release, "ROOT", repository.root)
    return repository


@pytest.fixture
def run_again(
    clone: Repository, checkout: Callable[[], Repository], monkeypatch: pytest.MonkeyPatch
) -> Callable[[], None]:
    """Run the next commands in the checkout of a second run, without what the first one left."""
    return lambda: monkeypatch.setattr(release, "ROOT", checkout().root)


def tags(clone: Repository, *names: str) -> list[str]:
    """The lines that the remote lists for these tags, or for all."""
    return clone.git("ls-remote", "--tags", "origin", *names).splitlines()


def test_check_prints_what_the_other_jobs_build(
    clone: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    assert release.main(["check", "v1.2.3"]) == 0
    lines = dict(line.split("=") for line in capsys.readouterr().out.splitlines())
    assert lines.pop("epoch").isdecimal()
    image = "ghcr.io/owner/deployment-events"
    assert lines == {"version": "1.2.3", "image": image, "tagged": f"{image}:v1.2.3"}


@pytest.mark.parametrize(
    ("version", "problem"),
    [("1.2.4", "declares version 1.2.3"), ("latest", "not a version"), ("", "not a version")],
)
def test_check_stops_a_release(
    clone: Repository, capsys: pytest.CaptureFixture[str], version: str, problem: str
) -> None:
    assert release.main(["check", version]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("::error title=Release::")
    assert problem in printed.err


def test_publish_moves_the_major_tag_last(
    clone: Repository, reference: Reference, tmp_path: Path
) -> None:
    assert release.main(["publish", str(reference)]) == 0
    called = json.loads((tmp_path / "gh").read_text())
    assert called["tags"] == ["v1.2.3"]
    assert called["arguments"][:3] == ["release", "create", "v1.2.3"]
    assert f"All of it.\n\nImage: `{reference}`" in called["arguments"]
    major, version = tags(clone, *BOTH_TAGS)
    assert major.split()[0] == version.split()[0]


@pytest.mark.parametrize(
    ("in_workflow", "message"),
    [
        ("true", "::error title=Release::HTTP 403: 100%25 refused%0ATry later. {}\n"),
        ("", "error: HTTP 403: 100% refused\nTry later. {}\n"),
    ],
)
def test_a_failed_publish_reports_why_and_leaves_the_major_tag(
    clone: Repository,
    reference: Reference,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    in_workflow: str,
    message: str,
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", in_workflow)
    (tmp_path / "refusal").write_text("HTTP 403: 100% refused\nTry later.")
    assert release.main(["publish", str(reference)]) == 1
    assert capsys.readouterr().err == message.format("(`gh release create` failed)")
    assert tags(clone, "refs/tags/v1") == []


@pytest.mark.parametrize("stopped_before", ["release", "major tag", "end"])
def test_publish_continues_after_an_earlier_try(
    clone: Repository,
    reference: Reference,
    tmp_path: Path,
    run_again: Callable[[], None],
    stopped_before: str,
) -> None:
    """A re-run of the failed job has the reference that the image's job gave to the first try."""
    refusal = tmp_path / "refusal"
    if stopped_before == "release":
        refusal.write_text("HTTP 502")
    assert release.main(["publish", str(reference)]) == (stopped_before == "release")
    refusal.unlink(missing_ok=True)
    if stopped_before == "major tag":
        clone.git("push", "--quiet", "origin", ":refs/tags/v1")
    first = tags(clone, "refs/tags/v1.2.3")

    run_again()
    assert release.main(["publish", str(reference)]) == 0
    assert json.loads((tmp_path / "gh").read_text())["arguments"][1] == "create"
    assert tags(clone, "refs/tags/v1.2.3") == first
    major, version = tags(clone, *BOTH_TAGS)
    assert major.split()[0] == version.split()[0]


def test_another_build_does_not_replace_a_release(
    clone: Repository,
    reference: Reference,
    tmp_path: Path,
    run_again: Callable[[], None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A new run stops before it builds. If it did not, it would stop before it changes anything."""
    (tmp_path / "refusal").write_text("HTTP 502")
    assert release.main(["publish", str(reference)]) == 1
    (tmp_path / "refusal").unlink()
    before = tags(clone)
    capsys.readouterr()

    run_again()
    assert release.main(["check", "1.2.3"]) == 1
    assert "re-run the failed jobs of its run" in capsys.readouterr().err
    assert release.main(["publish", str(replace(reference, digest="sha256:" + "cd" * 32))]) == 1
    assert f"v1.2.3 is already tagged and runs {reference}, not " in capsys.readouterr().err
    assert tags(clone) == before
    assert not (tmp_path / "gh").exists()


def test_a_reference_needs_a_digest(clone: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    assert release.main(["publish", "ghcr.io/owner/deployment-events:v1.2.3"]) == 1
    assert "sha256" in capsys.readouterr().err
