"""What GitHub provides: the run, the job, and the runner's commands and files."""
