"""The release as git sees it: a commit off the branch, its tag, and the major tag that moves last."""

from __future__ import annotations

import subprocess
from pathlib import Path

from scripts.release.pin import pin
from scripts.release.reference import VERSION, Reference, ReleaseError, major_tag, number

AUTHOR = (
    "-c",
    "user.name=github-actions[bot]",
    "-c",
    "user.email=41898282+github-actions[bot]@users.noreply.github.com",
)


def run(command: list[str], cwd: Path) -> str:
    """Run a program and answer what it printed; what it complained about becomes the error."""
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ReleaseError(f"`{' '.join(command)}` failed: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout.strip()


class Repository:
    """A clone with the branch that is released checked out, and the remote that users fetch from."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def git(self, *arguments: str) -> str:
        """Run git here."""
        return run(["git", *arguments], self.root)

    def require_new(self, version: str) -> None:
        """A version is released once: what a tag names must never change."""
        if self.git("ls-remote", "--tags", "origin", f"refs/tags/v{version}"):
            raise ReleaseError(f"v{version} is released already: take the next version")

    def released(self, major: str) -> list[str]:
        """The versions of one major line that the remote has tags for."""
        listing = self.git("ls-remote", "--tags", "--refs", "origin", f"refs/tags/{major}.*")
        tags = [line.rpartition("/v")[2] for line in listing.splitlines()]
        return [tag for tag in tags if VERSION.fullmatch(tag)]

    def commit(self, reference: Reference) -> str:
        """Commit, on no branch, that action.yml runs this image, and nothing else."""
        if changes := self.git("status", "--porcelain"):
            raise ReleaseError(f"the work tree must hold what is committed, and nothing else: {changes}")
        self.git("switch", "--quiet", "--detach")
        manifest = self.root / "action.yml"
        manifest.write_text(pin(manifest.read_text("utf-8"), reference), "utf-8", newline="\n")
        self.git(*AUTHOR, "commit", "--quiet", "--all", "--message", f"Release {reference.tag}\n\n{reference}")
        if (changed := self.git("diff", "--numstat", "HEAD~", "HEAD")) != "1\t1\taction.yml":
            raise ReleaseError(f"the release commit must change one line of action.yml, and changes {changed!r}")
        return self.git("rev-parse", "HEAD")

    def tag(self, version: str, commit: str) -> None:
        """Tag the release commit; a tag that exists stops the release."""
        self.git(*AUTHOR, "tag", "--annotate", f"v{version}", "--message", f"v{version}", commit)
        self.git("push", "--quiet", "origin", f"refs/tags/v{version}")

    def move_major(self, version: str, commit: str) -> None:
        """Let the users of `v1` have it; a repair of an older line moves nobody back."""
        tag = major_tag(version)
        if number(version) < max(map(number, self.released(tag))):
            return
        self.git("tag", "--force", tag, commit)
        self.git("push", "--quiet", "--force", "origin", f"refs/tags/{tag}")
