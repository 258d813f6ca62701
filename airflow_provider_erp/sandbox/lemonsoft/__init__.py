"""Lemonsoft in the sandbox."""
