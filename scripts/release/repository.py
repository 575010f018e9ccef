"""The release in git: a commit that is not on a branch, its tag, and the major tag."""

from __future__ import annotations

from pathlib import Path

from scripts.release.command import ReleaseError, run
from scripts.release.pin import pin, pinned
from scripts.release.reference import VERSION, Reference, major_tag, number

NAME = "github-actions[bot]"
EMAIL = "41898282+github-actions[bot]@users.noreply.github.com"
IDENTITY = {
    "GIT_AUTHOR_NAME": NAME,
    "GIT_AUTHOR_EMAIL": EMAIL,
    "GIT_COMMITTER_NAME": NAME,
    "GIT_COMMITTER_EMAIL": EMAIL,
}


class Repository:
    """A clone with the branch to release checked out, and the remote that users fetch from."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def git(self, *arguments: str) -> str:
        """Run git in the clone, as the workflow's user."""
        return run(["git", *arguments], self.root, IDENTITY)

    def is_tagged(self, version: str) -> bool:
        """Return whether the remote has the version's tag."""
        return bool(self.git("ls-remote", "--tags", "origin", f"refs/tags/v{version}"))

    def require_new(self, version: str) -> None:
        """Require a version without a tag.

        Another build would have another digest, and a tag must never change what it names.
        """
        if self.is_tagged(version):
            raise ReleaseError(
                f"v{version} is already tagged. Release the next version or, "
                "if that release was not finished, re-run the failed jobs of its run."
            )

    def released(self, major: str) -> list[str]:
        """Return the versions of a major tag for which the remote has tags."""
        listing = self.git("ls-remote", "--tags", "--refs", "origin", f"refs/tags/{major}.*")
        tags = [line.rpartition("/v")[2] for line in listing.splitlines()]
        return [tag for tag in tags if VERSION.fullmatch(tag)]

    def commit(self, reference: Reference) -> str:
        """Pin the image in action.yml, commit that on no branch, and return the commit."""
        if changes := self.git("status", "--porcelain"):
            raise ReleaseError(f"The work tree has uncommitted changes: {changes}")
        self.git("switch", "--quiet", "--detach")
        manifest = self.root / "action.yml"
        manifest.write_text(pin(manifest.read_text("utf-8"), reference), "utf-8", newline="\n")
        message = f"Release {reference.tag}\n\n{reference}"
        self.git("commit", "--quiet", "--all", "--message", message)
        commit = self.git("rev-parse", "HEAD")
        self.require_one_line(commit)
        return commit

    def require_one_line(self, commit: str) -> None:
        """Require that the commit differs from its parent, which was tested, in the image only."""
        changed = self.git("diff", "--numstat", f"{commit}~", commit)
        if changed != "1\t1\taction.yml":
            raise ReleaseError(
                f"The release commit must change one line of action.yml, not {changed!r}."
            )

    def resume(self, reference: Reference) -> str:
        """Return the commit that an earlier try has tagged, if this try would make the same one."""
        self.git("fetch", "--quiet", "--no-tags", "origin", f"refs/tags/{reference.tag}")
        commit = self.git("rev-parse", "FETCH_HEAD^{commit}")
        head = self.git("rev-parse", "HEAD")
        parent = self.git("show", "--no-patch", "--format=%P", commit)
        if parent != head:
            raise ReleaseError(
                f"{reference.tag} is already tagged on top of {parent or 'nothing'}, not {head}. "
                "Release the next version."
            )
        tagged = pinned(self.git("show", f"{commit}:action.yml"))
        if tagged != reference:
            raise ReleaseError(
                f"{reference.tag} is already tagged and runs {tagged}, not {reference}. "
                "Release the next version, or finish that release with its own reference."
            )
        self.require_one_line(commit)
        return commit

    def tag(self, version: str, commit: str) -> None:
        """Tag the release commit and push the tag; an existing tag stops the release."""
        self.git("tag", "--annotate", f"v{version}", "--message", f"v{version}", commit)
        self.git("push", "--quiet", "origin", f"refs/tags/v{version}")

    def move_major(self, version: str, commit: str) -> None:
        """Move the major tag to the commit, unless a newer version has been released."""
        tag = major_tag(version)
        if number(version) < max(map(number, self.released(tag))):
            return
        self.git("tag", "--force", tag, commit)
        self.git("push", "--quiet", "--force", "origin", f"refs/tags/{tag}")
