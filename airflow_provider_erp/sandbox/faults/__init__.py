"""Faults on request: what a vendor's server does on a bad day, armed for the next data requests."""
