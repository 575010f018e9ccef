"""The release as git sees it: a commit off the branch, its tag, and the major tag that moves last."""

from __future__ import annotations

import subprocess
from pathlib import Path

from scripts.release.pin import pin, pinned
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
        reason = done.stderr.strip() or done.stdout.strip() or f"exit code {done.returncode}"
        raise ReleaseError(f"{reason} (`{first_words(command)}` failed)")
    return done.stdout.strip()


def first_words(command: list[str]) -> str:
    """Enough to know the command by: the rest can be whole release notes."""
    return " ".join([word for word in command if word not in AUTHOR][:3])


class Repository:
    """A clone with the branch that is released checked out, and the remote that users fetch from."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def git(self, *arguments: str) -> str:
        """Run git here."""
        return run(["git", *arguments], self.root)

    def is_tagged(self, version: str) -> bool:
        """Whether the remote has the version's tag."""
        return bool(self.git("ls-remote", "--tags", "origin", f"refs/tags/v{version}"))

    def require_new(self, version: str) -> None:
        """A version is built once: what a tag names must never change, and a second build has another digest."""
        if self.is_tagged(version):
            raise ReleaseError(
                f"v{version} is tagged already, and a new build would be another image: take the next version, "
                "or, if that release was not finished, re-run the failed jobs of its own run"
            )

    def released(self, major: str) -> list[str]:
        """The versions of one major line that the remote has tags for."""
        listing = self.git("ls-remote", "--tags", "--refs", "origin", f"refs/tags/{major}.*")
        tags = [line.rpartition("/v")[2] for line in listing.splitlines()]
        return [tag for tag in tags if VERSION.fullmatch(tag)]

    def commit(self, reference: Reference) -> str:
        """Commit, on no branch, that action.yml runs this image, and nothing else."""
        if changes := self.git("status", "--porcelain"):
            raise ReleaseError(
                f"the work tree must hold what is committed, and nothing else: {changes}"
            )
        self.git("switch", "--quiet", "--detach")
        manifest = self.root / "action.yml"
        manifest.write_text(pin(manifest.read_text("utf-8"), reference), "utf-8", newline="\n")
        self.git(
            *AUTHOR,
            "commit",
            "--quiet",
            "--all",
            "--message",
            f"Release {reference.tag}\n\n{reference}",
        )
        commit = self.git("rev-parse", "HEAD")
        self.require_one_line(commit)
        return commit

    def require_one_line(self, commit: str) -> None:
        """What runs is what was tested: beside the image's name, a release is its parent."""
        if (changed := self.git("diff", "--numstat", f"{commit}~", commit)) != "1\t1\taction.yml":
            raise ReleaseError(
                f"the release commit must change one line of action.yml, and changes {changed!r}"
            )

    def resume(self, reference: Reference) -> str:
        """The commit of a tag that an earlier try has pushed, if it is the one that this try would make."""
        self.git("fetch", "--quiet", "--no-tags", "origin", f"refs/tags/{reference.tag}")
        commit = self.git("rev-parse", "FETCH_HEAD^{commit}")
        head, parent = (
            self.git("rev-parse", "HEAD"),
            self.git("show", "--no-patch", "--format=%P", commit),
        )
        if parent != head:
            raise ReleaseError(
                f"{reference.tag} is tagged already, on top of {parent or 'nothing'}, and {head} is to be released: "
                "take the next version"
            )
        if (tagged := pinned(self.git("show", f"{commit}:action.yml"))) != reference:
            raise ReleaseError(
                f"{reference.tag} is tagged already and runs {tagged}, not {reference}: take the next version, "
                "or finish that release with its own reference"
            )
        self.require_one_line(commit)
        return commit

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
