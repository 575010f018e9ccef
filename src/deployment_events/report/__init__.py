"""The outcome of a step: exit code, annotations, outputs, log and job summary."""
