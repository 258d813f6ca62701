"""Lemonsoft: a Finnish ERP, in the cloud or on premises."""
