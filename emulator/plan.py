"""The order of a workflow's jobs, and the legs of their matrices."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from typing import Any

from emulator.results import Outcome
from emulator.values import to_text


class WorkflowError(ValueError):
    """A workflow that GitHub would refuse, or that uses what is not emulated."""


def needs_of(job: Mapping[str, Any]) -> list[str]:
    """List a job's `needs`, which may be written as one name."""
    needs = job.get("needs") or []
    return [needs] if isinstance(needs, str) else [str(name) for name in needs]


def ordered(jobs: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Give the jobs' names so that each comes after those it needs."""
    done: list[str] = []
    while len(done) < len(jobs):
        ready = [
            name for name in jobs if name not in done and set(needs_of(jobs[name])) <= set(done)
        ]
        if not ready:
            raise WorkflowError(
                f"jobs that need each other or a job that does not exist: {set(jobs) - set(done)}"
            )
        done += ready
        yield from ready


def expand_matrix(matrix: object) -> list[dict[str, object]]:
    """Make the legs of a matrix: the product of its lists, less `exclude`, with `include` merged in."""
    if not isinstance(matrix, Mapping):
        raise WorkflowError(f"strategy.matrix must be a mapping, not {matrix!r}")
    axes = {name: values for name, values in matrix.items() if name not in {"include", "exclude"}}
    if any(not isinstance(values, list) for values in axes.values()):
        raise WorkflowError("every axis of strategy.matrix must be a list")
    product = [dict(zip(axes, values, strict=True)) for values in itertools.product(*axes.values())]
    originals = [leg for leg in product if axes and not _excluded(leg, matrix.get("exclude") or [])]
    legs = [dict(leg) for leg in originals]
    for extra in matrix.get("include") or []:
        shared = axes.keys() & extra.keys()
        fitting = [
            leg
            for leg, original in zip(legs, originals, strict=False)
            if all(original[name] == extra[name] for name in shared)
        ]
        for leg in fitting:
            leg.update(extra)
        if not fitting:
            legs.append(dict(extra))
    return legs


def leg_name(job: str, leg: Mapping[str, object] | None) -> str:
    """Name a leg as GitHub shows it: `deploy (production, eu)`."""
    return f"{job} ({', '.join(map(to_text, leg.values()))})" if leg else job


def combined(outcomes: list[Outcome]) -> Outcome:
    """Combine the ends of several jobs into one: the worst counts."""
    ranking: tuple[Outcome, ...] = ("failure", "cancelled", "success", "skipped")
    return next((outcome for outcome in ranking if outcome in outcomes), "success")


def _excluded(leg: Mapping[str, object], rules: list[Mapping[str, object]]) -> bool:
    return any(all(leg.get(name) == value for name, value in rule.items()) for rule in rules)
