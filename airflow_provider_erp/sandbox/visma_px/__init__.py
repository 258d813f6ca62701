"""Visma PX in the sandbox."""
