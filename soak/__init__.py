"""Random days against the sandbox, with faults, kills and reruns, and what must hold after them."""
