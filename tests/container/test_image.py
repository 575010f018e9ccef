"""What is in the image: small, complete, compiled, and the same each time."""

from __future__ import annotations

import os
import re
import shlex
import shutil
from pathlib import Path

import pytest
from container.docker import docker
from container.saved import SavedImage

from emulator import REPOSITORY

pytestmark = pytest.mark.container

LIMIT = 15_000_000
"""Bytes above the base: every job that runs the action may have to pull them."""


def test_own_layers_are_small(saved: SavedImage) -> None:
    assert saved.size <= LIMIT, f"{saved.size:,} bytes of own layers"
    assert saved.size > 1_000_000, "hardly anything was counted: the measure is broken"


def test_both_stages_are_executables_with_an_isolated_interpreter(
    saved: SavedImage, image: str
) -> None:
    for program in ("/entrypoint.py", "/post.py"):
        assert saved.files[program].mode & 0o777 == 0o755
        first = docker("run", "--rm", "--entrypoint", "/usr/bin/head", image, "-n1", program)
        assert first == "#!/usr/local/bin/python -IuB"


def test_configuration(saved: SavedImage) -> None:
    assert saved.config["Entrypoint"] == ["/entrypoint.py"]
    assert saved.config.get("User", "") in ("", "root"), "the runner's files belong to root"
    assert {"title", "description", "licenses"} <= {
        label.removeprefix("org.opencontainers.image.") for label in saved.config["Labels"]
    }


def test_the_base_brings_the_public_cas_each_under_its_hash(image: str) -> None:
    """Where they are missing, every start would load certifi's whole bundle."""
    listing = docker("run", "--rm", "--entrypoint", "/bin/ls", image, "/etc/ssl/certs").splitlines()
    assert len([name for name in listing if re.fullmatch(r"[0-9a-f]{8}\.0", name)]) > 100


@pytest.mark.parametrize(
    "name",
    [
        "github",
        "cryptography",
        "jwt",
        "nacl",
        "cffi",
        "pip",
        "uv",
        "setuptools",
        "gcc",
        "cc",
        "tests",
        "bin",
    ],
)
def test_nothing_came_along(saved: SavedImage, name: str) -> None:
    assert saved.below(name) == []


def test_only_what_ships_came_along(saved: SavedImage) -> None:
    elsewhere = [
        path
        for path in saved.files
        if not re.search(r"/(site|dist)-packages/|/__pycache__/[^/]+\.pyc$", path)
    ]
    assert sorted(elsewhere) == ["/entrypoint.py", "/post.py"]


def test_licences_of_what_is_shipped_are_shipped(saved: SavedImage) -> None:
    shipped = {
        match[1] for path in saved.files if (match := re.search(r"/([^/]+)\.dist-info/", path))
    }
    licensed = {
        match[1]
        for path in saved.files
        if (match := re.search(r"/([^/]+)\.dist-info/(?:.*/)?(?:LICEN[CS]E|COPYING)", path))
    }
    assert {name for name in shipped - licensed if not name.startswith("actions_toolkit-")} == set()


def test_every_module_of_ours_is_compiled(saved: SavedImage) -> None:
    sources = [
        path for path in saved.files if "/deployment_events/" in path and path.endswith(".py")
    ]
    assert sources
    for source in sources:
        folder, _, file = source.rpartition("/")
        assert f"{folder}/__pycache__/{file.removesuffix('.py')}.cpython-313.pyc" in saved.files


def test_no_file_holds_the_time_of_the_build(saved: SavedImage) -> None:
    assert {member.mtime for member in saved.files.values()} == {0}


def test_nothing_but_sources_of_ours_reaches_the_build(tmp_path: Path) -> None:
    """A file that somebody left beside them, such as a .env, must not be published."""
    context = tmp_path / "context"
    shutil.copytree(
        REPOSITORY / "src", context / "src", ignore=shutil.ignore_patterns("__pycache__")
    )
    shutil.copy(REPOSITORY / ".dockerignore", context)
    package = context / "src" / "deployment_events"
    sources = {path.relative_to(context) for path in package.rglob("*.py")}
    for stray in (
        ".env",
        "token.txt",
        "delivery/.env",
        "delivery/core.1",
        "__pycache__/times.cpython-313.pyc",
    ):
        (package / stray).parent.mkdir(exist_ok=True)
        (package / stray).write_text("secret")
    everything = tmp_path / "Dockerfile"
    everything.write_text("FROM scratch\nCOPY . /\n")
    admitted = tmp_path / "admitted"
    docker("build", "--quiet", "--file", str(everything), "--output", str(admitted), str(context))
    found = {path.relative_to(admitted) for path in admitted.rglob("*") if path.is_file()}
    assert found == {*sources, Path("src/deployment_events/py.typed")}


def test_the_same_sources_make_the_same_image() -> None:
    special = shlex.split(os.environ.get("DOCKER_BUILD_ARGS", ""))
    epoch = ("--build-arg", "SOURCE_DATE_EPOCH=1700000000")
    build = (
        "build",
        "--quiet",
        "--no-cache",
        "--provenance=false",
        *epoch,
        *special,
        str(REPOSITORY),
    )
    first, second = docker(*build), docker(*build)
    docker("image", "rm", first)
    assert first == second
