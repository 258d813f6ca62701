"""What would put right a difference of two systems: the plan, its files, and what a person approves of it.

Pure: nothing here sends anything.
"""

from __future__ import annotations

from airflow_provider_erp.corrections.plan import Change, Plan, Selection

__all__ = ["Change", "Plan", "Selection"]
