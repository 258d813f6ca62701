"""What needs more than one machine's usual programs: real Spark, Celery workers; run by ``make test-scale``."""
