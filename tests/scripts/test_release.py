"""The commands as the workflow runs them, with a `gh` that writes down what was public when it was called."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from scripts.release import __main__ as release
from scripts.release.reference import Reference
from scripts.release.repository import AUTHOR, Repository

GH = """\
#!/usr/bin/env python3
import json, os, subprocess, sys
command = sys.argv[1:3]
if command == ["release", "view"]:
    sys.exit(print("false") if os.path.exists("../gh") else "release not found")
if os.path.exists("../refusal"):
    sys.exit(open("../refusal").read())
if os.path.exists("../gh"):
    sys.exit("a release with the same tag name already exists: v1.2.3")
tags = subprocess.run(["git", "ls-remote", "--tags", "--refs", "origin"], capture_output=True, text=True, check=True)
names = [line.split("/")[-1] for line in tags.stdout.splitlines()]
json.dump({"arguments": sys.argv[1:], "tags": names}, open("../gh", "w"))
"""


@pytest.fixture
def clone(
    repository: Repository, program: Callable[[str, str], None], monkeypatch: pytest.MonkeyPatch
) -> Repository:
    """A repository that is ready for 1.2.3."""
    (repository.root / "CHANGELOG.md").write_text("## 1.2.3\n\nAll of it.\n")
    (repository.root / "pyproject.toml").write_text('[project]\nname = "x"\nversion = "1.2.3"\n')
    repository.git("add", ".")
    repository.git(*AUTHOR, "commit", "--quiet", "--message", "Prepare 1.2.3")
    repository.git("push", "--quiet", "origin", "main")
    program("gh", GH)
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_REPOSITORY", "Owner/Deployment-Events")
    monkeypatch.setattr(release, "ROOT", repository.root)
    return repository


def test_check_tells_the_other_jobs_what_to_build(
    clone: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    assert release.main(["check", "v1.2.3"]) == 0
    lines = dict(line.split("=") for line in capsys.readouterr().out.splitlines())
    assert lines.pop("epoch").isdecimal()
    assert lines == {"version": "1.2.3", "image": "ghcr.io/owner/deployment-events"}


@pytest.mark.parametrize(
    ("version", "problem"),
    [("1.2.4", "pyproject.toml says 1.2.3"), ("latest", "is no version"), ("", "is no version")],
)
def test_check_stops_a_release(
    clone: Repository, capsys: pytest.CaptureFixture[str], version: str, problem: str
) -> None:
    assert release.main(["check", version]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("::error title=Release::")
    assert problem in printed.err


def test_publish_moves_the_major_tag_last(clone: Repository, reference: Reference) -> None:
    assert release.main(["publish", str(reference)]) == 0
    called = json.loads((clone.root.parent / "gh").read_text())
    assert called["tags"] == ["v1.2.3"]
    assert called["arguments"][:3] == ["release", "create", "v1.2.3"]
    assert f"All of it.\n\nImage: `{reference}`" in called["arguments"]
    tags = clone.git("ls-remote", "--tags", "origin", "refs/tags/v1", "refs/tags/v1.2.3^{}").split()
    assert tags[0] == tags[2]


def test_publish_leaves_the_major_tag_when_the_release_fails(
    clone: Repository, reference: Reference, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "refusal").write_text("HTTP 403: 100% refused\nTry later.")
    assert release.main(["publish", str(reference)]) == 1
    told = capsys.readouterr().err
    assert told == (
        "::error title=Release::HTTP 403: 100%25 refused%0ATry later. (`gh release create` failed)\n"
    )
    assert clone.git("ls-remote", "--tags", "origin", "refs/tags/v1") == ""


def test_a_person_reads_the_error_as_it_is(
    clone: Repository,
    reference: Reference,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("GITHUB_ACTIONS")
    (tmp_path / "refusal").write_text("HTTP 403\nTry later.")
    assert release.main(["publish", str(reference)]) == 1
    assert capsys.readouterr().err == "error: HTTP 403\nTry later. (`gh release create` failed)\n"


@pytest.fixture
def run_again(
    clone: Repository, checkout: Callable[[], Repository], monkeypatch: pytest.MonkeyPatch
) -> Callable[[], None]:
    """From here on, the commands run in a second run's checkout, which has nothing that the first one left."""
    return lambda: monkeypatch.setattr(release, "ROOT", checkout().root)


@pytest.mark.parametrize("stopped_at", ["release", "major tag", "end"])
def test_publish_goes_on_where_it_stopped(
    clone: Repository,
    reference: Reference,
    tmp_path: Path,
    run_again: Callable[[], None],
    stopped_at: str,
) -> None:
    """As a re-run of the failed job: the reference is the one that the image's job gave to the first try."""
    refusal = tmp_path / "refusal"
    if stopped_at == "release":
        refusal.write_text("HTTP 502")
    assert release.main(["publish", str(reference)]) == (stopped_at == "release")
    refusal.unlink(missing_ok=True)
    if stopped_at == "major tag":
        clone.git("push", "--quiet", "origin", ":refs/tags/v1")
    first = clone.git("ls-remote", "--tags", "origin", "refs/tags/v1.2.3")

    run_again()
    assert release.main(["publish", str(reference)]) == 0
    assert json.loads((tmp_path / "gh").read_text())["arguments"][:3] == [
        "release",
        "create",
        "v1.2.3",
    ]
    assert clone.git("ls-remote", "--tags", "origin", "refs/tags/v1.2.3") == first
    tags = clone.git("ls-remote", "--tags", "origin", "refs/tags/v1", "refs/tags/v1.2.3^{}").split()
    assert tags[0] == tags[2]


def test_another_build_does_not_take_over_a_release(
    clone: Repository,
    reference: Reference,
    tmp_path: Path,
    run_again: Callable[[], None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A run of its own: stopped before it builds; and if it could not be, before it changes anything."""
    (tmp_path / "refusal").write_text("HTTP 502")
    assert release.main(["publish", str(reference)]) == 1
    (tmp_path / "refusal").unlink()
    tags = clone.git("ls-remote", "--tags", "origin")
    capsys.readouterr()

    run_again()
    assert release.main(["check", "1.2.3"]) == 1
    assert "re-run the failed jobs of its own run" in capsys.readouterr().err
    assert release.main(["publish", str(replace(reference, digest="sha256:" + "cd" * 32))]) == 1
    assert f"v1.2.3 is tagged already and runs {reference}, not " in capsys.readouterr().err
    assert clone.git("ls-remote", "--tags", "origin") == tags
    assert not (tmp_path / "gh").exists()


def test_a_reference_without_a_digest_is_refused(
    clone: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    assert release.main(["publish", "ghcr.io/owner/deployment-events:v1.2.3"]) == 1
    assert "sha256" in capsys.readouterr().err
