"""Visma.net ERP in the sandbox."""
