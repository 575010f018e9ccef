"""The summary's line of facts: version, commit, duration and run."""

import re
from collections.abc import Sequence

from ..deployment import Facts, Origin
from ..messages import DeliveryResult
from ..values.times import duration, iso
from .markdown import Markdown

_REF = re.compile(r"refs/(heads|tags|pull)/(.+)")
_KINDS = {"heads": "branch", "tags": "tag", "pull": "pull request"}


def facts_line(markdown: Markdown, facts: Facts, results: Sequence[DeliveryResult]) -> str:
    """Return one line about the deployment and the run that reports it."""
    parts = []
    if facts.version and facts.version != facts.commit_sha:
        parts.append(f"Version {markdown.code(facts.version)}")
    if facts.commit_sha:
        url = f"{facts.repository_url.removesuffix('.git')}/commit/{facts.commit_sha}"
        commit = markdown.link(markdown.code(facts.commit_sha[:12]), url)
        parts.append(f"{'commit' if parts else 'Commit'} {commit}")
    parts.append(_times(facts, results))
    if facts.origin.run_id:
        parts.append(_run(markdown, facts.origin))
    if facts.origin.job_url:
        parts.append(markdown.link("job", facts.origin.job_url))
    return " · ".join(parts)


def _run(markdown: Markdown, origin: Origin) -> str:
    label = f"run {markdown.escape(origin.run_id)}"
    if origin.run_attempt != "1":
        label += f", attempt {markdown.escape(origin.run_attempt)}"
    run = markdown.link(label, origin.run_url)
    if ref := _REF.fullmatch(origin.ref):
        # A pull request's ref ends with `/merge`.
        name = ref[2].partition("/")[0] if ref[1] == "pull" else ref[2]
        run += f" on {_KINDS[ref[1]]} {markdown.code(name)}"
    if origin.actor:
        run += f" by {markdown.escape(origin.actor)}"
    return run


def _times(facts: Facts, results: Sequence[DeliveryResult]) -> str:
    """Return the times to the second, in UTC; the end's day only if it is another one."""
    day, start = _day_and_time(facts.started_at)
    if facts.finished_at is None or not any(result.event.is_end for result in results):
        return f"{day} {start} UTC"
    last_day, end = _day_and_time(facts.finished_at)
    if last_day != day:
        end = f"{last_day} {end}"
    took = duration(facts.finished_at - facts.started_at)
    return f"took **{took}** ({day} {start} → {end} UTC)"


def _day_and_time(milliseconds: int) -> tuple[str, str]:
    day, _, time = iso(milliseconds).partition("T")
    return day, time[:8]
