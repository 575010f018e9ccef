"""The whole story, in two stages: main starts a deployment or reports an event, post ends what main has started."""
