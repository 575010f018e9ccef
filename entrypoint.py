#!/usr/local/bin/python -IuB
"""The main stage. The executable decides the stage: the state cannot tell if main has died."""

from deployment_events.process import run

if __name__ == "__main__":
    run("main")
