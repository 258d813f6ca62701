"""Fynn: subscription billing."""
