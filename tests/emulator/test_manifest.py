from collections.abc import Callable
from pathlib import Path

import pytest

from emulator import ManifestError, load_action
from emulator.manifest import load_yaml

RUNS = "runs: {using: docker, image: Dockerfile, entrypoint: /main.py}"


def test_defaults_become_text(action: Callable[..., Path]) -> None:
    loaded = load_action(action())
    assert loaded.inputs == {
        "name": "nobody",
        "job-status": "${{ job.status }}",
        "flag": "true",
        "plain": "",
    }
    assert (loaded.entrypoint, loaded.post_entrypoint, loaded.post_if) == (
        "/entrypoint.py",
        "/post.py",
        "always()",
    )
    assert loaded.outputs == ("greeting",)


def test_numbers_and_words_keep_their_spelling(action: Callable[..., Path]) -> None:
    manifest = f"name: x\ninputs:\n  a: {{default: 30}}\n  b: {{default: off}}\n  c: {{default: false}}\n{RUNS}"
    assert load_action(action(manifest=manifest)).inputs == {"a": "30", "b": "off", "c": "false"}


@pytest.mark.parametrize(
    ("manifest", "message"),
    [
        ("[]", "not a mapping"),
        ("a: [", "not valid YAML"),
        ("runs: {using: node20, main: x}", "only 'using: docker'"),
        ("runs: {using: docker, image: Dockerfile}", "entrypoint is missing"),
        (
            f"inputs:\n  a: {{description: 'say ${{{{ x }}}}'}}\n{RUNS}",
            "not allowed in a description",
        ),
    ],
)
def test_a_manifest_the_runner_would_refuse_is_refused(
    action: Callable[..., Path], manifest: str, message: str
) -> None:
    with pytest.raises(ManifestError, match=message):
        load_action(action(manifest=manifest))


def test_a_directory_without_a_manifest_is_no_action(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match="can't find 'action"):
        load_action(tmp_path)


def test_only_true_and_false_are_booleans() -> None:
    assert load_yaml("on: [push]\na: yes\nb: true\nc:\nd: 1\ne: 1.5\nf: '1'") == {
        "on": ["push"], "a": "yes", "b": True, "c": None, "d": 1, "e": 1.5, "f": "1",
    }  # fmt: skip
