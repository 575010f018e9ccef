from collections.abc import Callable
from pathlib import Path

import pytest

from emulator import load_action
from emulator.manifest import ManifestError

RUNS = "runs: {using: docker, image: Dockerfile, entrypoint: /main.py}"


def test_a_manifest_is_read_with_defaults_as_text(action: Callable[..., Path]) -> None:
    loaded = load_action(action())
    assert loaded.inputs == {
        "name": "nobody",
        "job-status": "${{ job.status }}",
        "flag": "true",
        "plain": "",
    }
    assert (loaded.entrypoint, loaded.post_entrypoint) == ("/entrypoint.py", "/post.py")
    assert loaded.post_if == "always()"
    assert list(loaded.outputs) == ["greeting"]


def test_numbers_and_words_keep_their_spelling(action: Callable[..., Path]) -> None:
    inputs = "{a: {default: 30}, b: {default: off}, c: {default: false}, d: {default: 1.10}}"
    loaded = load_action(action(manifest=f"inputs: {inputs}\n{RUNS}"))
    assert loaded.inputs == {"a": "30", "b": "off", "c": "false", "d": "1.10"}


@pytest.mark.parametrize(
    ("manifest", "message"),
    [
        ("a: [", "not valid YAML"),
        ("runs: {using: node24, main: x}", "'using: node24' is not emulated"),
        ("runs: {using: docker, image: Dockerfile}", "entrypoint is missing"),
        ("inputs: {a: {description: '${{ x }}'}}\n" + RUNS, "no expression is allowed"),
    ],
)
def test_other_manifests_are_rejected(
    action: Callable[..., Path], manifest: str, message: str
) -> None:
    with pytest.raises(ManifestError, match=message):
        load_action(action(manifest=manifest))


def test_a_directory_without_a_manifest_is_rejected(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match="can't find 'action"):
        load_action(tmp_path)
