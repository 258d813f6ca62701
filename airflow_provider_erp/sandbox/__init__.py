"""The four vendors on localhost, faithful to their documents, with planted breaks and faults on request.

An independent witness: nothing here is shared with the code that it tests.
"""

from airflow_provider_erp.sandbox.server import Sandbox, running_sandbox

__all__ = ["Sandbox", "running_sandbox"]
