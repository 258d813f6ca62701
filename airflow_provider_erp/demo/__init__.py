"""What a checkout shows on one machine, with the sandbox for the four systems: the main job, and Airflow's UI."""
