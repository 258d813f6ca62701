"""What this provider costs beside its peers: ``python -m benchmarks``."""
