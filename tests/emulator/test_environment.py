import json
from collections.abc import Callable
from pathlib import Path

import pytest

from emulator import Job

Make = Callable[..., Path]
DUMP = "import json; print(json.dumps(dict(os.environ))); print(os.getcwd(), file=sys.stderr)"


def test_the_hosts_environment_is_not_passed_on(
    action: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_OF_THE_HOST", "x")
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy")
    with Job() as job:
        environment = json.loads(job.uses(action(DUMP)).stdout)
    foreign = [
        name
        for name in environment
        if not name.startswith(("GITHUB_", "RUNNER_", "INPUT_"))
        and name not in {"CI", "HOME", "PATH", "LC_CTYPE"}
    ]
    assert foreign == []


def test_a_docker_action_sees_what_the_runner_gives_it(action: Make) -> None:
    with Job(
        github={"run_attempt": "3", "repository": "o/r", "token": "t0ken"}, env={"MINE": "1"}
    ) as job:
        step = job.uses(
            action(DUMP), id="toy", env={"ALSO": "${{ env.MINE }}2", "GITHUB_SHA": "forged"}
        )
        environment = json.loads(step.stdout)
        expected = {
            "CI": "true",
            "GITHUB_ACTION": "toy",
            "GITHUB_ACTIONS": "true",
            "GITHUB_EVENT_NAME": "push",
            "GITHUB_JOB": "deploy",
            "GITHUB_REPOSITORY": "o/r",
            "GITHUB_REPOSITORY_OWNER": "o",
            "GITHUB_REF_NAME": "main",
            "GITHUB_RUN_ATTEMPT": "3",
            "GITHUB_WORKSPACE": str(job.workspace),
            "RUNNER_OS": "Linux",
            "RUNNER_TEMP": str(job.temp),
            "MINE": "1",
            "ALSO": "12",
        }
        assert environment.items() >= expected.items()
        assert step.stderr == f"{job.workspace}\n"
    assert environment["GITHUB_SHA"] != "forged"
    assert environment.keys() >= {
        f"GITHUB_{name}"
        for name in ("OUTPUT", "STATE", "ENV", "PATH", "STEP_SUMMARY", "API_URL", "WORKFLOW")
    }
    assert "t0ken" not in environment.values()
    assert step.environment.items() <= environment.items()


@pytest.mark.parametrize(
    ("uses", "repository", "ref"),
    [
        ("octo-org/tools@v2", "octo-org/tools", "v2"),
        ("octo-org/tools/deploy@v2", "octo-org/tools", "v2"),
        ("./deploy", None, None),
        ("", None, None),
    ],
)
def test_an_action_used_by_name_sees_its_repository_and_ref(
    action: Make, uses: str, repository: str | None, ref: str | None
) -> None:
    with Job() as job:
        environment = json.loads(job.uses(action(DUMP), uses=uses).stdout)
    assert environment.get("GITHUB_ACTION_REPOSITORY") == repository
    assert environment.get("GITHUB_ACTION_REF") == ref


def test_every_job_has_an_id_except_on_enterprise_server() -> None:
    with Job() as first, Job() as second, Job(check_run_id="") as enterprise:
        ids = [job.scope().contexts["job"]["check_run_id"] for job in (first, second, enterprise)]
    assert ids[0].isdecimal()
    assert ids[0] != ids[1]
    assert ids[2] == ""


@pytest.mark.parametrize(
    ("event_name", "event", "ref", "name", "kind"),
    [
        ("push", {"ref": "refs/tags/v1"}, "refs/tags/v1", "v1", "tag"),
        ("release", {"release": {"tag_name": "v2"}}, "refs/tags/v2", "v2", "tag"),
        ("schedule", {}, "refs/heads/main", "main", "branch"),
    ],
)
def test_the_ref_follows_the_event(
    event_name: str, event: dict[str, object], ref: str, name: str, kind: str
) -> None:
    with Job(event_name=event_name, event=event) as job:
        github = job.scope().contexts["github"]
    assert (github["ref"], github["ref_name"], github["ref_type"]) == (ref, name, kind)
