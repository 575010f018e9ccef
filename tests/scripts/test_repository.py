from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from scripts.release.command import ReleaseError
from scripts.release.pin import pinned
from scripts.release.reference import Reference
from scripts.release.repository import Repository

Checkout = Callable[[], Repository]


def released(repository: Repository, tag: str) -> str:
    """The commit that a tag of the remote names."""
    names = [f"refs/tags/{tag}", f"refs/tags/{tag}^{{}}"]
    listing = repository.git("ls-remote", "--tags", "origin", *names)
    return listing.splitlines()[-1].split()[0] if listing else ""


def test_the_release_commit_changes_one_line_and_no_branch(
    repository: Repository, reference: Reference
) -> None:
    main = repository.git("rev-parse", "main")
    commit = repository.commit(reference)
    assert repository.git("rev-parse", f"{commit}~") == main == repository.git("rev-parse", "main")
    assert repository.git("diff", "--numstat", main, commit) == "1\t1\taction.yml"
    assert pinned(repository.git("show", f"{commit}:action.yml")) == reference


def test_tags_are_pushed(repository: Repository, reference: Reference) -> None:
    commit = repository.commit(reference)
    repository.tag("1.2.3", commit)
    assert (released(repository, "v1.2.3"), released(repository, "v1")) == (commit, "")
    repository.move_major("1.2.3", commit)
    assert released(repository, "v1") == commit


def test_the_major_tag_moves_forward_only(repository: Repository, reference: Reference) -> None:
    first = repository.git("rev-parse", "HEAD")
    second = repository.commit(reference)
    for version, commit in (("1.9.0", first), ("1.10.0", second)):
        repository.tag(version, commit)
        repository.move_major(version, commit)
        assert released(repository, "v1") == commit
    repository.tag("1.9.1", first)
    repository.move_major("1.9.1", first)
    assert released(repository, "v1") == second
    repository.tag("10.0.0", first)
    repository.move_major("10.0.0", first)
    assert (released(repository, "v1"), released(repository, "v10")) == (second, first)


def test_a_version_is_released_once(repository: Repository) -> None:
    repository.require_new("1.2.3")
    repository.tag("1.2.3", repository.git("rev-parse", "HEAD"))
    repository.require_new("1.2.4")
    with pytest.raises(ReleaseError, match="already tagged"):
        repository.require_new("1.2.3")
    with pytest.raises(ReleaseError, match="already exists"):
        repository.tag("1.2.3", "HEAD")


def test_uncommitted_changes_stop_a_release(repository: Repository, reference: Reference) -> None:
    (repository.root / "README.md").write_text("changed\n")
    with pytest.raises(ReleaseError, match=r"README\.md"):
        repository.commit(reference)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["rev-parse", "no"], r"^fatal: ambiguous argument(.|\n)*\(`git rev-parse no` failed\)$"),
        (["diff", "--quiet"], r"^exit code 1 \(`git diff --quiet` failed\)$"),
    ],
)
def test_a_failed_command_is_named(
    repository: Repository, arguments: list[str], message: str
) -> None:
    (repository.root / "README.md").write_text("changed\n")
    with pytest.raises(ReleaseError, match=message):
        repository.git(*arguments)


def test_a_tagged_release_is_resumed(
    repository: Repository, checkout: Checkout, reference: Reference
) -> None:
    commit = repository.commit(reference)
    repository.tag("1.2.3", commit)
    again = checkout()
    assert again.is_tagged("1.2.3")
    assert again.resume(reference) == commit
    again.move_major("1.2.3", commit)
    assert released(repository, "v1") == commit


def test_a_tag_on_another_commit_is_not_resumed(
    repository: Repository, checkout: Checkout, reference: Reference
) -> None:
    repository.tag("1.2.3", repository.commit(reference))
    repository.git("switch", "--quiet", "main")
    repository.git("commit", "--quiet", "--allow-empty", "--message", "Second")
    repository.git("push", "--quiet", "origin", "main")
    with pytest.raises(ReleaseError, match=r"already tagged on top of .* Release the next version"):
        checkout().resume(reference)


def test_a_tag_with_another_image_is_not_resumed(
    repository: Repository, checkout: Checkout, reference: Reference
) -> None:
    repository.tag("1.2.3", repository.commit(reference))
    rebuilt = replace(reference, digest="sha256:" + "cd" * 32)
    with pytest.raises(ReleaseError, match=f"runs {reference}, not {rebuilt}"):
        checkout().resume(rebuilt)


def test_a_tag_with_other_changes_is_not_resumed(
    repository: Repository, checkout: Checkout, reference: Reference
) -> None:
    repository.commit(reference)
    (repository.root / "README.md").write_text("changed\n")
    repository.git("commit", "--quiet", "--all", "--amend", "--no-edit")
    repository.tag("1.2.3", "HEAD")
    with pytest.raises(ReleaseError, match="must change one line"):
        checkout().resume(reference)
