"""The ID of the job: its page is named everywhere, and main fixes Datadog's ID with it."""

from pathlib import Path

from support.github import SHA
from support.sandboxes import make_sandbox
from support.step import Step

PAGE = "https://github.com/octo-org/octo-repo/actions/runs/17500000000/job/41"


def test_both_vendors_and_the_summary_have_the_page_of_the_job(tmp_path: Path) -> None:
    with make_sandbox() as sandbox:
        step = Step(tmp_path, sandbox, job_id="41")
        step.main()
        ended = step.post()
        [deployment] = sandbox.deployments("datadog")
        [feature] = sandbox.deployments("launchdarkly")
    assert f"github.job_url:{PAGE}" in deployment["custom_tags"]
    assert feature["metadata"]["github.job_url"] == PAGE
    assert PAGE in ended.summary


def test_post_sends_the_datadog_id_that_main_has_put_out(tmp_path: Path) -> None:
    """What the ID is made of may be evaluated differently in post."""
    with make_sandbox() as sandbox:
        step = Step(tmp_path, sandbox, job_id="41")
        id_ = step.main().outputs["datadog-deployment-id"]
        step.env |= {"GITHUB_JOB": "other", "GITHUB_SHA": SHA[::-1]}
        step.post(job_id="42", job_index="7")
        [deployment] = sandbox.deployments("datadog")
    assert deployment["id"] == id_
