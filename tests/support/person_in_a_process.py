"""A person who answers the question that Airflow asks, over its API, as the page *Required Actions* does."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import warnings

SECONDS = 120.0


def answer(option: str, *meanwhile: str) -> dict[str, object]:
    """Waits for a question and answers it; what the person saw, and the status of the answer.

    ``meanwhile`` is a command that is run after the person has looked and before they answer.
    """
    warnings.simplefilter("ignore")
    from airflow.api_fastapi.app import create_app
    from starlette.testclient import TestClient

    client = TestClient(create_app(apps="core"))
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        asked = client.get("/api/v2/dags/~/dagRuns/~/hitlDetails", params={"response_received": False}).json()
        for detail in asked.get("hitl_details", []):
            task = detail["task_instance"]
            where = f"{task['dag_id']}/dagRuns/{task['dag_run_id']}/taskInstances/{task['task_id']}/-1/hitlDetails"
            if meanwhile:
                subprocess.run(meanwhile, check=True)
            said = {"chosen_options": [option], "params_input": {}}
            status = client.patch(f"/api/v2/dags/{where}", json=said).status_code
            return {"saw": detail["body"], "status": status}
        time.sleep(0.3)
    return {"saw": "", "status": 0}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(answer(*sys.argv[1:])) + "\n")
