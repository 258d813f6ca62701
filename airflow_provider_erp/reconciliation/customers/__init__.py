"""Customers of two systems: matched by keys and similarity, compared field by field."""
