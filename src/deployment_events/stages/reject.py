"""The end of a step with invalid inputs."""

from collections.abc import Sequence

from ..errors import Problem
from ..github.runner import Runner
from ..report.outcome import apply, invalid_inputs
from ..report.outputs import set_no_results
from ..report.summary import render_problems


def reject(runner: Runner, problems: Sequence[Problem]) -> int:
    """Report every problem and return the exit code."""
    set_no_results(runner)
    # Secrets are hidden before a value is shortened.
    hidden = [
        problem._replace(given=problem.given and runner.hide(problem.given)) for problem in problems
    ]
    runner.summarize(render_problems(hidden, runner.hide))
    return apply(runner, invalid_inputs(hidden))
