"""A toy action, written where a test wants it."""

import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

MANIFEST = """
name: Toy
inputs:
  name: {default: nobody, description: who}
  job-status: {default: "${{ job.status }}"}
  flag: {default: true}
  plain: {description: without a default}
outputs: {greeting: {description: words}}
runs: {using: docker, image: Dockerfile, entrypoint: /entrypoint.py, post-entrypoint: /post.py}
"""

HELPERS = """
import os, signal, sys, time

def write(name, text):
    with open(os.environ["GITHUB_" + name], "a", encoding="utf-8", newline="") as file:
        file.write(text)
"""

MakeAction = Callable[..., Path]


@pytest.fixture
def action(tmp_path: Path) -> MakeAction:
    """Make an action of two scripts; `write("STATE", text)` is at hand in both."""

    def make(
        main: str = "", post: str = "", manifest: str = MANIFEST, name: str = "action"
    ) -> Path:
        directory = tmp_path / name
        directory.mkdir()
        (directory / "action.yml").write_text(manifest, encoding="utf-8")
        for program, body in (("entrypoint.py", main), ("post.py", post)):
            text = HELPERS + textwrap.dedent(body)
            (directory / program).write_text(text, encoding="utf-8")
        return directory

    return make
