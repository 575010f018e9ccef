#!/usr/local/bin/python -IuB
"""The main stage: the executable is the stage, because state alone cannot tell whether main died."""

from deployment_events.early import prepare

received = prepare()

from deployment_events.process import run  # noqa: E402  after prepare, which its imports must see
from deployment_events.stages.main import main  # noqa: E402

if __name__ == "__main__":
    run(main, received)
