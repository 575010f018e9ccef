"""The image as a whole: its size, its configuration, and that a build can be repeated."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from container.docker import built, docker, saved_archive
from container.saved import SavedImage, pulled_size

from emulator import REPOSITORY

pytestmark = pytest.mark.container

LIMIT = 20_000_000
"""Bytes that a job pulls at most; `make bench` compares them with an image that has a base."""
EPOCH = ("--build-arg", "SOURCE_DATE_EPOCH=1700000000")


def test_a_job_pulls_at_most_20_mb(image: str) -> None:
    with saved_archive(image) as archive:
        assert 5_000_000 < pulled_size(archive) <= LIMIT


def test_without_inputs_the_action_warns_and_succeeds(image: str) -> None:
    log = docker("run", "--rm", image)
    assert log.startswith("::warning ")
    assert "launchdarkly-access-token" in log


def test_both_stages_are_executables_with_an_isolated_interpreter(saved: SavedImage) -> None:
    for program in ("/entrypoint.py", "/post.py"):
        assert saved.files[program].mode & 0o777 == 0o755
        assert saved.text(program).startswith("#!/usr/local/bin/python -IuB\n")


def test_configuration(saved: SavedImage) -> None:
    assert saved.config["Entrypoint"] == ["/entrypoint.py"]
    assert not saved.config.get("Cmd")
    assert saved.config.get("User", "") in ("", "root"), "the runner's files belong to root"
    environment = dict(variable.split("=", 1) for variable in saved.config["Env"])
    assert environment.keys() == {"PATH", "LANG"}
    assert {"/usr/local/bin", "/usr/bin", "/bin"} <= set(environment["PATH"].split(":"))
    assert environment["LANG"] == "C.UTF-8"


def test_labels_say_what_the_image_is_and_where_it_is_from() -> None:
    facts = {"SOURCE": "https://github.com/o/r", "REVISION": "abc1234", "VERSION": "1.2.3"}
    arguments = [item for name in facts for item in ("--build-arg", f"{name}={facts[name]}")]
    inspect = ("image", "inspect", "--format", "{{json .Config.Labels}}")
    with built(*arguments, str(REPOSITORY)) as image:
        labels = json.loads(docker(*inspect, image))
    title = {"title", "description", "licenses"}
    prefix = "org.opencontainers.image."
    assert {f"{prefix}{name.lower()}": value for name, value in facts.items()}.items() <= (
        labels.items()
    )
    assert all(labels[f"{prefix}{name}"] for name in title)


def test_no_file_has_the_time_of_the_build(saved: SavedImage) -> None:
    assert {member.mtime for member in saved.files.values()} == {0}


def test_the_same_sources_make_the_same_image() -> None:
    """The first build may come from the cache, the second must not; only uv may."""
    options = ("--provenance=false", *EPOCH, str(REPOSITORY))
    inspect = ("image", "inspect", "--format", "{{.Id}} {{.RootFS.Layers}}")
    with built(*options) as first, built("--no-cache-filter=build", *options) as second:
        assert docker(*inspect, first) == docker(*inspect, second)


def test_only_sources_of_the_action_reach_the_build(tmp_path: Path) -> None:
    """A file that somebody left beside them, such as a .env, must not be published."""
    context = tmp_path / "context"
    shutil.copytree(
        REPOSITORY / "src", context / "src", ignore=shutil.ignore_patterns("__pycache__")
    )
    shutil.copy(REPOSITORY / ".dockerignore", context)
    package = context / "src" / "deployment_events"
    sources = {path.relative_to(context) for path in package.rglob("*.py")}
    strays = (".env", "token.txt", "delivery/.env", "delivery/core.1", "__pycache__/x.pyc")
    for stray in strays:
        (package / stray).parent.mkdir(exist_ok=True)
        (package / stray).write_text("secret")
    everything = tmp_path / "Dockerfile"
    everything.write_text("FROM scratch\nCOPY . /\n")
    admitted = tmp_path / "admitted"
    docker("build", "--quiet", "--file", str(everything), "--output", str(admitted), str(context))
    found = {path.relative_to(admitted) for path in admitted.rglob("*") if path.is_file()}
    assert found == {*sources, Path("src/deployment_events/py.typed")}
