"""No file of the workspace and no variable of the user is executed by the action."""

from pathlib import Path
from typing import Any

import pytest
from support.process import run
from support.step import Step

from sandbox import Sandbox

TRAP = (
    "import os; open(os.path.join(os.environ['RUNNER_TEMP'], 'trapped'), 'w').close()\n"
    "raise SystemExit('trapped')\n"
)

MODULES = [
    *(
        "requests",
        "pydantic",
        "pydantic_core",
        "urllib3",
        "actions_toolkit",
        "deployment_events",
        "certifi",
        "idna",
    ),
    *(
        "sitecustomize",
        "usercustomize",
        "encodings",
        "os",
        "json",
        "ssl",
        "typing_extensions",
        "netrc",
        "simplejson",
    ),
]


def report(step: Step, sandbox: Sandbox) -> None:
    """Run both stages and check that the deployment is reported."""
    main, post = run(step), run(step, "post")
    assert (main.code, post.code) == (0, 0), main.stdout + main.stderr + post.stdout + post.stderr
    assert main.stderr == post.stderr == ""
    assert not (step.temp / "trapped").exists()
    assert [deployment["status"] for deployment in sandbox.deployments("launchdarkly")] == [
        "finished"
    ]
    assert len(sandbox.deployments("datadog")) == 1
    assert step.leaks(main, post) == []


@pytest.fixture
def trapped(make_step: Any, sandbox: Sandbox) -> Any:
    """Make a step whose workspace has modules that must not be imported."""

    def make(**env: str) -> Step:
        step: Step = make_step(sandbox, event="auto", started_at="auto", env=env)
        for name in MODULES:
            (step.workspace / f"{name}.py").write_text(TRAP)
            (step.workspace / name).mkdir()
            (step.workspace / name / "__init__.py").write_text(TRAP)
        for name in (
            ".env",
            "pyproject.toml",
            "setup.cfg",
            "pydantic.toml",
            ".netrc",
            "python311._pth",
            "pyvenv.cfg",
        ):
            (step.workspace / name).write_text(
                "LAUNCHDARKLY_BASE_URL=https://elsewhere.example\nhome = /nowhere\n"
            )
        return step

    return make


def listing(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_modules_of_the_workspace_are_not_imported_and_nothing_is_written_there(
    trapped: Any, sandbox: Sandbox
) -> None:
    step = trapped()
    before = listing(step.workspace)
    report(step, sandbox)
    assert listing(step.workspace) == before


def test_no_variable_makes_the_action_import_them(trapped: Any, sandbox: Sandbox) -> None:
    step = trapped()
    here = str(step.workspace)
    step.env |= {
        "PYTHONPATH": here,
        "PYTHONHOME": here,
        "PYTHONSTARTUP": f"{here}/os.py",
        "PYTHONUSERBASE": here,
        "PYTHONINSPECT": "1",
        "PYTHONVERBOSE": "1",
        "PYTHONWARNINGS": "error",
        "PYTHONBREAKPOINT": "requests.main",
        "PYTHONIOENCODING": "ascii",
        "PYTHONPLATLIBDIR": here,
        "PYTHONDONTWRITEBYTECODE": "",
        "PYTHONDEVMODE": "1",
        "PATH": f"{here}:/nonsense",
        "HOME": here,
        "LC_ALL": "C",
        "LANG": "C",
        "TZ": "Asia/Tokyo",
    }
    report(step, sandbox)


@pytest.mark.parametrize("locale", ["C", "xx_XX.ISO-8859-1"])
def test_text_of_all_languages_works_in_every_locale(
    make_step: Any, sandbox: Sandbox, locale: str
) -> None:
    env = {"LC_ALL": locale, "LANG": locale, "GITHUB_ACTOR": "ÄöÜ-日本"}
    step = make_step(sandbox, event="auto", started_at="auto", service="日本-ü", env=env)
    report(step, sandbox)


def test_missing_runner_folders_cause_no_traceback(make_step: Any, sandbox: Sandbox) -> None:
    missing = ("RUNNER_TEMP", "GITHUB_WORKSPACE", "GITHUB_EVENT_PATH")
    ended = run(make_step(sandbox, env=dict.fromkeys(missing, "/nowhere")))
    assert ended.stderr == ""
    assert ended.code == 0
    assert {result["status"] for result in ended.results} == {"delivered"}
