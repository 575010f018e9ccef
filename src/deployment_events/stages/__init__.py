"""The stages of a step: main before the deploy, post after the job, and the replay of events."""
