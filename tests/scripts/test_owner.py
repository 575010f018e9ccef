from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.owner import ROOT, pages, renamed, repository, set_owner

NEW = "Some-New-Owner/deployment-events"


@pytest.fixture
def fork(tmp_path: Path) -> Path:
    """A repository with the files of this one as they are now, except for ignored ones."""
    folder = tmp_path / "fork"
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.check_output(listing, cwd=ROOT, text=True).rstrip("\0").split("\0")
    for name in [name for name in names if (ROOT / name).exists()]:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    subprocess.check_call(["git", "init", "--quiet"], cwd=folder)
    subprocess.check_call(["git", "add", "."], cwd=folder)
    return folder


def contents(folder: Path) -> dict[Path, bytes]:
    files = [path for path in folder.rglob("*") if path.is_file() and ".git" not in path.parts]
    return {path: path.read_bytes() for path in files}


def test_only_the_repository_s_name_changes(fork: Path) -> None:
    old = repository(fork)
    before = contents(fork)
    changed = set_owner(fork, "Some-New-Owner")
    after = contents(fork)
    assert repository(fork) == NEW
    assert changed == [path for path in pages(fork) if before[path] != after[path]]
    for name in (
        *("README.md", "docs/releasing.md", "examples/one-step.yml", "pyproject.toml"),
        "src/deployment_events/github/documentation.py",
    ):
        assert fork / name in changed
    for path, text in after.items():
        expected = renamed(before[path].decode(), old, NEW) if path in changed else before[path]
        assert text == (expected.encode() if isinstance(expected, str) else expected)


def test_users_read_no_placeholder(fork: Path) -> None:
    set_owner(fork, "Some-New-Owner")
    text = {page.name: page.read_text("utf-8") for page in pages(fork)}
    # OWNER=acme is the argument of `make owner`.
    assert [name for name in text if re.search(r"\bOWNER\b(?!=)", text[name])] == []


def test_a_second_time_changes_nothing(fork: Path) -> None:
    set_owner(fork, "Some-New-Owner")
    before = contents(fork)
    assert set_owner(fork, "Some-New-Owner") == []
    assert contents(fork) == before


def test_a_fork_of_a_fork_has_its_own_owner(fork: Path) -> None:
    set_owner(fork, "Some-New-Owner")
    once = contents(fork)
    set_owner(fork, "another")
    set_owner(fork, "Some-New-Owner")
    assert contents(fork) == once


def test_no_other_file_names_the_repository(fork: Path) -> None:
    """Code and tests use scripts.owner.repository(), or a made-up name such as octo-org/….

    With the name itself, they would fail in a fork.
    """
    name = repository(fork).encode()
    known = {*pages(fork), *(fork / "tests" / "scripts").iterdir(), fork / "scripts" / "owner.py"}
    others = {path: text for path, text in contents(fork).items() if path not in known}
    assert [path for path, text in others.items() if name in text] == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("uses: OWNER/deployment-events@v1", "uses: Acme/deployment-events@v1"),
        ("ghcr.io/OWNER/deployment-events:v1", "ghcr.io/acme/deployment-events:v1"),
        ("github.com/OWNER/deployment-events#x", "github.com/Acme/deployment-events#x"),
        ("OWNER/deployment-events-2", "OWNER/deployment-events-2"),
        ("NEW-OWNER/deployment-events", "NEW-OWNER/deployment-events"),
        ("make owner OWNER=acme", "make owner OWNER=acme"),
    ],
)
def test_the_name_is_replaced_as_a_whole(before: str, after: str) -> None:
    assert renamed(before, "OWNER/deployment-events", "Acme/deployment-events") == after


def test_a_name_in_lower_case_for_the_registry_is_found_again() -> None:
    text = "ghcr.io/acme/deployment-events"
    assert renamed(text, "Acme/deployment-events", "B/deployment-events") == (
        "ghcr.io/b/deployment-events"
    )


@pytest.mark.parametrize("owner", ["", "acme/name", "a b", "-acme", "$(id)", "a" * 40])
def test_other_text_is_not_an_owner(tmp_path: Path, owner: str) -> None:
    with pytest.raises(SystemExit, match="not the name of a GitHub account"):
        set_owner(tmp_path, owner)


def test_a_fork_passes_the_tests_of_its_pages_and_of_an_example(fork: Path) -> None:
    set_owner(fork, "Some-New-Owner")
    environment = os.environ | {
        "PYTHONPATH": str(fork / "src"),
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    }
    files = ["tests/docs/test_pages.py", "tests/docs/test_examples.py"]
    tests = "test_pages or test_one_step_reports_a_deployment"
    # tests/conftest.py has a hook of xdist.
    command = [sys.executable, "-m", "pytest", "-q", "-p", "xdist", "-k", tests, *files]
    done = subprocess.run(command, cwd=fork, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    assert " passed" in done.stdout
