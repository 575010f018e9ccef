#!/usr/local/bin/python -IuB
"""The post stage: it ends what main has started, and leaves at once where main has left nothing."""

import os

if os.environ.get("STATE_done") == "true":  # noqa: SIM112  the runner keeps the case of a state's name
    os._exit(0)

from deployment_events.early import prepare

received = prepare()

from deployment_events.process import run  # noqa: E402  after prepare, which its imports must see
from deployment_events.stages.post import post  # noqa: E402

if __name__ == "__main__":
    run(post, received)
