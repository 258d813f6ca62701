"""Many triggers on one event loop, and the server that they look at."""
