"""Visma.net ERP: accounting in the cloud."""
