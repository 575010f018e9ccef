"""The release's programs, in the order of .github/workflows/release.yml: python -m scripts.release COMMAND.

check VERSION        may it be released? prints lines for $GITHUB_OUTPUT
verify REFERENCE     does the registry give exactly this to anybody? --platform for each it must have
publish REFERENCE    commit, tag, GitHub release, and the major tag last; goes on where an earlier try stopped
dry-run              all of it, on this machine, for its architecture
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from scripts.release.dry_run import dry_run
from scripts.release.project import release_notes, require_version
from scripts.release.reference import Reference, ReleaseError, image_name, parse_version
from scripts.release.registry import verify
from scripts.release.repository import Repository, run

ROOT = Path(__file__).parents[2]


def check(text: str) -> None:
    """Stop a release that could not be finished, before anything is public."""
    version = parse_version(text)
    require_version(ROOT, version)
    release_notes(ROOT, version)
    repository = Repository(ROOT)
    repository.require_new(version)
    print(f"version={version}")
    print(f"image={image_name(os.environ['GITHUB_REPOSITORY'])}")
    print(f"epoch={repository.git('show', '--no-patch', '--format=%ct')}")


def publish(reference: Reference) -> None:
    """Make the release visible; users who follow the major tag get it only when all else is done."""
    repository = Repository(ROOT)
    notes = release_notes(ROOT, reference.version)
    if repository.is_tagged(reference.version):
        commit = repository.resume(reference)
    else:
        commit = repository.commit(reference)
        repository.tag(reference.version, commit)
    if not is_on_github(reference.tag):
        release = [
            "gh",
            "release",
            "create",
            reference.tag,
            "--verify-tag",
            "--title",
            reference.tag,
        ]
        run([*release, "--notes", f"{notes}\n\nImage: `{reference}`"], ROOT)
    repository.move_major(reference.version, commit)
    print(f"{reference.tag} is {commit}")


def is_on_github(tag: str) -> bool:
    """Whether the GitHub release is published. If nobody can tell, it is not: `gh release create` then says why."""
    try:
        return (
            run(["gh", "release", "view", tag, "--json", "isDraft", "--jq", ".isDraft"], ROOT)
            == "false"
        )
    except ReleaseError:
        return False


def annotation(text: str) -> str:
    """The workflow's error. An annotation ends with its line, so newlines are written as GitHub reads them."""
    escaped = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return f"::error title=Release::{escaped}"


def main(arguments: list[str]) -> int:
    """Run one command; what stops a release is printed as the workflow's error, or to a person as it is."""
    parser = argparse.ArgumentParser(
        prog="release", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("check").add_argument("version")
    verifying = commands.add_parser("verify")
    verifying.add_argument("reference", type=Reference.parse)
    verifying.add_argument("--platform", action="append", default=[])
    commands.add_parser("publish").add_argument("reference", type=Reference.parse)
    commands.add_parser("dry-run")
    try:
        options = parser.parse_args(arguments)
        match options.command:
            case "check":
                check(options.version)
            case "verify":
                print(verify(options.reference, tuple(options.platform)))
            case "publish":
                publish(options.reference)
            case "dry-run":
                dry_run(ROOT)
    except ReleaseError as error:
        in_workflow = os.environ.get("GITHUB_ACTIONS") == "true"
        print(annotation(str(error)) if in_workflow else f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
