"""New customers, pushed to a server that takes its time."""
