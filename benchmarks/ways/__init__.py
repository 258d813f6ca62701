"""One way to do the job each; a way's ``prepare`` imports all it needs, and what it returns does the work."""
