"""The code reads exactly the inputs of action.yml, with its defaults, and sets its outputs."""

import os
import re
import stat
from pathlib import Path

import pytest
from support.manifest import EXPRESSIONS, MANIFEST, ROOT, defaults
from support.moments import NOW
from support.raw import RUN, raw
from support.step import Step

from deployment_events.deployment import GITHUB_STATUSES, Event
from deployment_events.github.runner import Runner
from deployment_events.http.deadline import Clock
from deployment_events.inputs.empty import AUTO, AUTOMATIC
from deployment_events.inputs.model import Options, input_names
from deployment_events.inputs.read import read_inputs
from deployment_events.inputs.service_lines import service_keys
from deployment_events.stages.main import main
from deployment_events.vendors.datadog.settings import SITES
from deployment_events.vendors.input_names import input_name, secret_names
from deployment_events.vendors.registry import VENDORS

INPUTS = MANIFEST["inputs"]
OUTPUTS = MANIFEST["outputs"]
RUNS = MANIFEST["runs"]


def test_the_code_reads_every_input_once_and_no_other() -> None:
    assert sorted(input_names()) == sorted(INPUTS)


def test_the_outputs_are_the_documented_ones() -> None:
    assert set(OUTPUTS) == {
        *("started-at", "finished-at", "version", "commit-sha", "launchdarkly-deployment-id"),
        *("datadog-deployment-id", "results", "undelivered-path"),
    }


@pytest.mark.parametrize("name", [*INPUTS, *OUTPUTS])
def test_every_name_is_kebab_case(name: str) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", name)


def visible(name: str, default: object) -> str | None:
    """Return a default of the code as action.yml shows it, or None for an input without one."""
    if name in AUTOMATIC:
        return AUTO
    if isinstance(default, bool):
        return str(default).lower()
    if isinstance(default, float):
        return f"{default:g}"
    return str(default) if default else None


def test_the_defaults_of_action_yml_are_those_of_the_code() -> None:
    models = {"": Options, **{name: vendor.settings for name, vendor in VENDORS.items()}}
    expected = {
        input_name(prefix, field): visible(input_name(prefix, field), declared.default)
        for prefix, model in models.items()
        for field, declared in model.model_fields.items()
    }
    expected["service"] = AUTO
    shown = {name: one.get("default") for name, one in INPUTS.items() if name not in EXPRESSIONS}
    assert shown == {name: text for name, text in expected.items() if name not in EXPRESSIONS}


def test_the_defaults_of_action_yml_change_nothing() -> None:
    assert read_inputs(defaults(), NOW, RUN) == read_inputs({}, NOW, RUN)


@pytest.mark.parametrize("name", sorted(defaults()))
def test_an_absent_input_uses_its_default(name: str) -> None:
    """act sets no defaults in the post stage."""
    others = defaults() | raw()
    before = read_inputs(others, NOW, RUN)
    if name not in raw():
        left = {key: text for key, text in others.items() if key != name}
        assert read_inputs(left, NOW, RUN) == before


@pytest.mark.parametrize("name", sorted(INPUTS))
def test_a_default_is_a_string(name: str) -> None:
    assert isinstance(INPUTS[name].get("default", ""), str), "an unquoted true or 30 is no string"


@pytest.mark.parametrize("name", sorted(INPUTS))
def test_a_default_uses_only_contexts_that_a_manifest_has(name: str) -> None:
    used = re.findall(r"\$\{\{\s*(\w+)", INPUTS[name].get("default", ""))
    assert set(used) <= {"github", "strategy", "matrix", "job", "runner"}


@pytest.mark.parametrize(
    "text",
    [
        MANIFEST["description"],
        *(one["description"] for one in [*INPUTS.values(), *OUTPUTS.values()]),
    ],
)
def test_a_description_is_a_sentence_without_an_expression(text: str) -> None:
    assert "${{" not in text
    assert text.endswith(".")
    assert text[0].isupper() or text.startswith("auto")


def test_no_input_is_required_because_the_runner_would_not_enforce_it() -> None:
    assert not [name for name, one in INPUTS.items() if "required" in one]


def test_the_description_of_a_secret_says_so() -> None:
    secrets = {name for name, one in INPUTS.items() if "Keep it in a secret" in one["description"]}
    assert secrets | {"github-token"} == set(secret_names())
    assert not [
        name
        for name in INPUTS
        if re.search("token|api-key|app-key", name) and name not in secret_names()
    ]


def test_the_descriptions_name_the_accepted_values() -> None:
    for word in ("auto", *Event, "replay", "check"):
        assert word in INPUTS["event"]["description"]
    assert {"in_progress", "success", "failure"} <= set(GITHUB_STATUSES)
    for key in service_keys():
        assert key in INPUTS["service"]["description"]
    assert all(
        site in SITES
        for site in re.findall(r"[\w.]*datadoghq\.\w+", INPUTS["datadog-site"]["description"])
    )


def test_it_is_a_docker_action_with_both_entry_points_and_no_arguments() -> None:
    assert RUNS["using"] == "docker"
    assert set(RUNS) <= {"using", "image", "entrypoint", "post-entrypoint", "post-if"}
    assert (ROOT / RUNS["image"]).is_file() or RUNS["image"].startswith("docker://")


@pytest.mark.parametrize("key", ["entrypoint", "post-entrypoint"])
def test_an_entry_point_is_an_isolated_python_program_in_the_image(key: str) -> None:
    program = ROOT / Path(RUNS[key]).name
    assert program.stat().st_mode & stat.S_IXUSR
    assert os.access(program, os.X_OK)
    shebang = program.read_text().splitlines()[0]
    assert re.fullmatch(r"#!/usr/local/bin/python -\w*I\w*", shebang)
    assert Path(RUNS[key]).parent == Path("/")
    assert program.name in (ROOT / "Dockerfile").read_text()


def test_the_branding_has_an_icon_and_a_color() -> None:
    assert MANIFEST["branding"]["icon"]
    assert MANIFEST["branding"]["color"] in {
        *("white", "black", "yellow", "blue", "green", "orange", "red", "purple", "gray-dark")
    }


@pytest.mark.parametrize("event", ["auto", "started", "finished", "failed", "custom"])
def test_a_report_sets_every_output_and_no_other(
    event: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    step = Step(tmp_path).enter(monkeypatch)
    step.give(raw(event=event, dry_run="true"))
    assert main(Runner(), Clock()) == 0
    assert set(step.outputs) == set(OUTPUTS)
    assert "dry-run" in capsys.readouterr().out
