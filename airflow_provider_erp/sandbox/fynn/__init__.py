"""Fynn in the sandbox."""
