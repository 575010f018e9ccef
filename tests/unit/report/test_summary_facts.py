"""The line of facts in the job summary."""

import pytest
from support.deployments import facts, origin, result
from support.github import SHA
from support.moments import HOUR, NOW

from deployment_events.deployment import Event
from deployment_events.messages import DeliveryResult
from deployment_events.report.markdown import Markdown
from deployment_events.report.summary_facts import facts_line

URL = "https://github.com/octo-org/octo-repo"
RUN = f"{URL}/actions/runs/1"


def line(*results: DeliveryResult, **changes: object) -> str:
    return facts_line(Markdown(), facts(**changes), results or [result()])


def test_the_line_has_version_commit_duration_and_run() -> None:
    text = line(origin=origin(run_url=RUN, job_url=f"{RUN}/job/2"))
    assert text.split(" · ") == [
        "Version <code>1.4.0</code>",
        f'commit <a href="{URL}/commit/{SHA}"><code>{SHA[:12]}</code></a>',
        "took **10 min 0 s** (2026-05-04 09:20:00 → 09:30:00 UTC)",
        f'<a href="{RUN}">run 17500000000</a>',
        f'<a href="{RUN}/job/2">job</a>',
    ]


@pytest.mark.parametrize(
    ("ref", "shown"),
    [
        ("refs/heads/main", " on branch <code>main</code>"),
        ("refs/heads/a/b", " on branch <code>a/b</code>"),
        ("refs/tags/v1.4.0", " on tag <code>v1.4.0</code>"),
        ("refs/pull/12/merge", " on pull request <code>12</code>"),
        ("refs/other", ""),
        ("", ""),
    ],
)
def test_the_run_has_its_branch_tag_or_pull_request(ref: str, shown: str) -> None:
    assert line(origin=origin(ref=ref)).endswith(f"run 17500000000{shown}")


def test_the_run_has_its_actor_and_its_attempt() -> None:
    text = line(origin=origin(actor="octocat", run_attempt="2"))
    assert text.endswith("run 17500000000, attempt 2 by octocat")


def test_a_version_that_is_the_commit_is_shown_once() -> None:
    assert line(version=SHA).startswith("Commit <a ")


def test_a_start_has_one_time_and_no_duration() -> None:
    text = line(result(event=Event.STARTED), finished_at=None)
    assert "2026-05-04 09:20:00 UTC" in text
    assert "took" not in text


def test_an_end_on_another_day_has_its_date() -> None:
    text = line(finished_at=NOW + 20 * HOUR)
    assert "(2026-05-04 09:20:00 → 2026-05-05 05:30:00 UTC)" in text
