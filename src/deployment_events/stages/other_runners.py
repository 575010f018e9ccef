"""Runners whose post stage receives neither main's state nor the job's result."""

from collections.abc import Mapping

TWO_STEPS = (
    "Report the start and the result in two steps: `event: started` before the deployment, and "
    "`event: ${{ job.status }}` with `if: ${{ always() }}` and the first step's output "
    "`started-at` after it. See examples/two-steps.yml."
)

_VARIABLES = {"ACT": "act", "GITEA_ACTIONS": "Gitea", "FORGEJO_ACTIONS": "Forgejo"}
"""The variable that each of these runners sets. See docs/other-runners.md."""


def runner_without_post(environ: Mapping[str, str]) -> str:
    """Return the name of such a runner, or an empty string on any other runner."""
    names = [name for variable, name in _VARIABLES.items() if environ.get(variable)]
    return names[-1] if names else ""
