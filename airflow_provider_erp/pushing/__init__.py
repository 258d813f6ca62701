"""Writing a plan's changes to a system, each once, whatever happens in between."""
