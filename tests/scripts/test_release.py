"""The commands as the workflow runs them, with a `gh` that writes down what was public when it was called."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from scripts.release import __main__ as release
from scripts.release.reference import Reference
from scripts.release.repository import AUTHOR, Repository

GH = """\
#!/usr/bin/env python3
import json, subprocess, sys
tags = subprocess.run(["git", "ls-remote", "--tags", "--refs", "origin"], capture_output=True, text=True, check=True)
names = [line.split("/")[-1] for line in tags.stdout.splitlines()]
json.dump({"arguments": sys.argv[1:], "tags": names}, open("../gh", "w"))
"""


@pytest.fixture
def clone(repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """A repository that is ready for 1.2.3."""
    (repository.root / "CHANGELOG.md").write_text("## 1.2.3\n\nAll of it.\n")
    (repository.root / "pyproject.toml").write_text('[project]\nname = "x"\nversion = "1.2.3"\n')
    repository.git("add", ".")
    repository.git(*AUTHOR, "commit", "--quiet", "--message", "Prepare 1.2.3")
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "gh").write_text(GH)
    (programs / "gh").chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    monkeypatch.setenv("GITHUB_REPOSITORY", "Owner/Deployment-Events")
    monkeypatch.setattr(release, "ROOT", repository.root)
    return repository


def test_check_tells_the_other_jobs_what_to_build(clone: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    assert release.main(["check", "v1.2.3"]) == 0
    lines = dict(line.split("=") for line in capsys.readouterr().out.splitlines())
    assert lines.pop("epoch").isdecimal()
    assert lines == {"version": "1.2.3", "image": "ghcr.io/owner/deployment-events"}


@pytest.mark.parametrize(
    ("version", "problem"), [("1.2.4", "pyproject.toml says 1.2.3"), ("latest", "is no version"), ("", "is no version")]
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
    (tmp_path / "bin" / "gh").write_text("#!/bin/sh\necho 'HTTP 403' >&2\nexit 1\n")
    assert release.main(["publish", str(reference)]) == 1
    assert "HTTP 403" in capsys.readouterr().err
    assert clone.git("ls-remote", "--tags", "origin", "refs/tags/v1") == ""


def test_a_reference_without_a_digest_is_refused(clone: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    assert release.main(["publish", "ghcr.io/owner/deployment-events:v1.2.3"]) == 1
    assert "sha256" in capsys.readouterr().err
