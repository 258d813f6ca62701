"""A person who answers the question that Airflow asks, over its API, as the page *Required Actions* does."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import warnings
from collections.abc import Iterator

SECONDS = 120.0


def answer(options: str, *meanwhile: str) -> Iterator[dict[str, object]]:
    """Waits for questions and answers them; what the person saw, and the status of the answer.

    ``options`` are as many as there will be questions, between commas: of
    mapped tasks by their map index. ``meanwhile`` is a command that is run
    after the person has looked and before they answer.
    """
    warnings.simplefilter("ignore")
    from airflow.api_fastapi.app import create_app
    from starlette.testclient import TestClient

    client, chosen, answered = TestClient(create_app(apps="core")), options.split(","), 0
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        asked = client.get("/api/v2/dags/~/dagRuns/~/hitlDetails", params={"response_received": False}).json()
        for detail in asked.get("hitl_details", []):
            task = detail["task_instance"]
            where = f"{task['dag_id']}/dagRuns/{task['dag_run_id']}/taskInstances/{task['task_id']}/{task['map_index']}"
            if meanwhile:
                subprocess.run(meanwhile, check=True)
            said = {"chosen_options": [chosen[max(0, task["map_index"])]], "params_input": {}}
            status = client.patch(f"/api/v2/dags/{where}/hitlDetails", json=said).status_code
            yield {"saw": detail["body"], "status": status, "map_index": task["map_index"]}
            answered += 1
        if answered >= len(chosen):
            return
        time.sleep(0.3)
    yield {"saw": "", "status": 0}


if __name__ == "__main__":
    for told in answer(*sys.argv[1:]):
        sys.stdout.write(json.dumps(told) + "\n")
