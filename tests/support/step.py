"""A step's surroundings: the runner's files and variables, in a folder of the test's own."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from emulator.files import parse_pairs
from support.github import environ
from support.manifest import defaults


@dataclass(frozen=True)
class Step:
    """The files a step writes, read by the runner's own grammar."""

    folder: Path
    monkeypatch: pytest.MonkeyPatch

    @property
    def outputs(self) -> dict[str, str]:
        return dict(parse_pairs((self.folder / "output").read_text()))

    @property
    def saved(self) -> dict[str, str]:
        return dict(parse_pairs((self.folder / "state").read_text()))

    @property
    def summary(self) -> str:
        return (self.folder / "summary").read_text()

    @property
    def temp(self) -> Path:
        return self.folder / "temp"

    def give(self, inputs: dict[str, str]) -> None:
        """Set exactly these inputs, as the runner would: it adds the defaults of action.yml."""
        for name, value in (defaults() | inputs).items():
            self.monkeypatch.setenv(f"INPUT_{name.upper()}", value)

    def give_nothing_but(self, inputs: dict[str, str]) -> None:
        """Set exactly these inputs, without defaults: act gives no others in the post stage."""
        for name in defaults():
            self.monkeypatch.delenv(f"INPUT_{name.upper()}", raising=False)
        for name, value in inputs.items():
            self.monkeypatch.setenv(f"INPUT_{name.upper()}", value)

    def hand_over(self) -> None:
        """Begin the post stage: what main saved arrives as STATE_…"""
        for name, value in self.saved.items():
            self.monkeypatch.setenv(f"STATE_{name}", value)


def make_step(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Step:
    """Return a step of a push to main, without inputs."""
    for name in ("output", "state", "summary"):
        (folder / name).touch()
    (folder / "temp").mkdir()
    (folder / "event.json").write_text("{}")
    variables = {
        **environ(event_path=str(folder / "event.json"), workspace=str(folder)),
        "GITHUB_OUTPUT": str(folder / "output"),
        "GITHUB_STATE": str(folder / "state"),
        "GITHUB_STEP_SUMMARY": str(folder / "summary"),
        "RUNNER_TEMP": str(folder / "temp"),
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("RUNNER_DEBUG", raising=False)
    step = Step(folder, monkeypatch)
    step.give({})
    return step
