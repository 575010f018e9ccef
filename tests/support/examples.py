"""Runs the example workflows as GitHub does, with the sandbox as both vendors."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from emulator.manifest import REPOSITORY
from emulator.results import StepResult
from emulator.workflow import WorkflowResult, run_workflow
from sandbox import Sandbox
from scripts import owner
from support.keys import DATADOG_API_KEY, DATADOG_APP_KEY, GITHUB_TOKEN, LAUNCHDARKLY_TOKEN

EXAMPLES = REPOSITORY / "examples"
ACTION = f"{owner.repository()}@v1"
"""How the examples name the action."""

SECRETS = {
    "LAUNCHDARKLY_ACCESS_TOKEN": LAUNCHDARKLY_TOKEN,
    "DATADOG_API_KEY": DATADOG_API_KEY,
    "DATADOG_APP_KEY": DATADOG_APP_KEY,
}

PUSHED = "5a7be2f0c91d384e6b7a5c2d1e0f98b7a6c5d4e3"
"""The commit of every run: `GITHUB_SHA`."""

DEPLOY_SECONDS = 0.2

WHAT_USERS_RUN = {
    "./deploy.sh": f"sleep {DEPLOY_SECONDS} #",
    "./deploy.ps1": f"sleep {DEPLOY_SECONDS} #",
    "./smoke-test.sh": "true",
}
"""The scripts of the user's repository in the examples, and their replacements here."""

STAND_INS = Path(__file__).parent / "stand_ins"
NOTHING = STAND_INS / "nothing"
"""An action that does nothing."""
OTHER_ACTIONS = {
    "actions/checkout": NOTHING,
    "actions/upload-artifact": STAND_INS / "upload-artifact",
    "actions/download-artifact": STAND_INS / "download-artifact",
}
"""Replacements of the actions that the examples use."""

EXECUTED: set[str] = set()
"""The examples that the imported tests execute."""

Test = Callable[..., None]


def example(*names: str) -> Callable[[Test], Test]:
    """Mark a test as one that executes these files."""

    def mark(test: Test) -> Test:
        EXECUTED.update(names)
        return test

    return mark


def example_text(name: str, replace: Mapping[str, str] | None = None) -> str:
    """Return a file of examples/ with the user's scripts and the texts of `replace` replaced."""
    text = (EXAMPLES / name).read_text(encoding="utf-8")
    for old, new in {**WHAT_USERS_RUN, **(replace or {})}.items():
        assert old in text or old in WHAT_USERS_RUN, f"{name} does not contain {old!r}"
        text = text.replace(old, new)
    return text


def for_sandbox(sandbox: Sandbox, workflow: str) -> str:
    """Return the workflow with the sandbox's URLs, each below the key of its vendor.

    They are written into `with:`, because act's post stage has no defaults of action.yml.
    """
    for vendor, key, url in (
        ("launchdarkly", "access-token", sandbox.launchdarkly_url),
        ("datadog", "api-key", sandbox.datadog_url),
    ):
        if f"{vendor}-base-url:" not in workflow:
            line = re.compile(rf"^( +)({vendor}-{key}: .*)$", re.MULTILINE)
            workflow = line.sub(rf"\1\2\n\1{vendor}-base-url: {url}", workflow)
    return workflow


def execute(
    sandbox: Sandbox,
    name: str,
    *,
    replace: Mapping[str, str] | None = None,
    action: Path = REPOSITORY,
    **settings: Any,
) -> WorkflowResult:
    """Run a file of examples/ with texts replaced; `settings` are the emulator's.

    `action` is what runs instead of this repository's action.
    """
    github = {
        "api_url": sandbox.github_url,
        "token": GITHUB_TOKEN,
        "sha": PUSHED,
        **settings.pop("github", {}),
    }
    return run_workflow(
        for_sandbox(sandbox, example_text(name, replace)),
        secrets=SECRETS,
        actions={owner.repository(): action, **OTHER_ACTIONS},
        github=github,
        **settings,
    )


def stages(result: WorkflowResult) -> list[StepResult]:
    """Return every stage of every job, the user's steps included."""
    return [step for job in result.jobs.values() for step in (*job.steps, *job.posts)]


def complaints(result: WorkflowResult) -> list[str]:
    """Return the warnings and errors."""
    return [
        note.message
        for step in stages(result)
        for note in step.annotations
        if note.level != "notice"
    ]


def only(items: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the single item of a list."""
    assert len(items) == 1, items
    return items[0]


def example_names() -> list[str]:
    """Return every example's file name."""
    return sorted(path.name for path in Path(EXAMPLES).glob("*.yml"))
