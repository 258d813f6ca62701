"""Visma PX: project and time accounting on premises."""
