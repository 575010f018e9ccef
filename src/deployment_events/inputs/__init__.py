"""The inputs of the step, read and validated."""
