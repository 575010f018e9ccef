"""The steps of .github/workflows/release.yml: python -m scripts.release COMMAND.

check VERSION        stop if it cannot be released; print lines for $GITHUB_OUTPUT
verify REFERENCE     stop if the registry has something else; --platform for each platform
publish REFERENCE    commit, tag, GitHub release, major tag; continue if an earlier try has stopped
dry-run              the complete release on this machine, for its architecture
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from scripts.release.command import ReleaseError, run
from scripts.release.dry_run import dry_run
from scripts.release.project import release_notes, require_version
from scripts.release.reference import Reference, image_name, parse_version
from scripts.release.registry import verify
from scripts.release.repository import Repository

ROOT = Path(__file__).parents[2]


def check(text: str) -> None:
    """Stop a release that could not be finished, before anything is public."""
    version = parse_version(text)
    require_version(ROOT, version)
    release_notes(ROOT, version)
    repository = Repository(ROOT)
    repository.require_new(version)
    image = image_name(os.environ["GITHUB_REPOSITORY"])
    print(f"version={version}")
    print(f"image={image}")
    print(f"tagged={image}:v{version}")
    print(f"epoch={repository.git('show', '--no-patch', '--format=%ct')}")


def publish(reference: Reference) -> None:
    """Publish the release. The major tag, which users follow, moves last."""
    repository = Repository(ROOT)
    notes = f"{release_notes(ROOT, reference.version)}\n\nImage: `{reference}`"
    if repository.is_tagged(reference.version):
        commit = repository.resume(reference)
    else:
        commit = repository.commit(reference)
        repository.tag(reference.version, commit)
    if not is_on_github(reference.tag):
        create = ["gh", "release", "create", reference.tag, "--verify-tag"]
        run([*create, "--title", reference.tag, "--notes", notes], ROOT)
    repository.move_major(reference.version, commit)
    print(f"{reference.tag} is {commit}")


def is_on_github(tag: str) -> bool:
    """Return whether the GitHub release is published.

    If GitHub cannot be asked, return False: `gh release create` then reports why.
    """
    view = ["gh", "release", "view", tag, "--json", "isDraft", "--jq", ".isDraft"]
    try:
        return run(view, ROOT) == "false"
    except ReleaseError:
        return False


def annotation(text: str) -> str:
    """Return a workflow command for an error; it must be one line, so newlines are escaped."""
    escaped = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return f"::error title=Release::{escaped}"


def main(arguments: list[str]) -> int:
    """Run one command and return the exit code; in a workflow an error becomes an annotation."""
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
                verify(options.reference, tuple(options.platform))
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
