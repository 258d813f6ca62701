# Two commands on a fresh machine: make demo, make test.
.DEFAULT_GOAL := help
.PHONY: help demo ui test test-min test-scale soak bench lint clean constraints
# Airflow starts three times slower without compiled bytecode.
unexport PYTHONDONTWRITEBYTECODE

PYTHON ?= python3
SCHEDULES ?= 1000
MINUTES ?= 60
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
OLDEST := .venv-oldest
SPARK := .venv-spark
CELERY := .venv-celery
MEET_AIRFLOW := $(wildcard $(addprefix tests/,hooks operators waiting notifications dags test_provider_info.py))

help:
	@echo "make demo   run the daily reconciliation of four systems on an embedded sandbox (DATE=2026-11-20 for another day)"
	@echo "make ui     Airflow's own UI on this machine, with the sandbox, its connections and the example DAGs"
	@echo "make test   run every test"
	@echo "make test-min   run hooks, operators, sensors and the example DAGs on Airflow 3.1, the oldest that is supported"
	@echo "make test-scale   run on two Celery workers and on a real Spark, each losing one (Java 17, Redis, PostgreSQL; 4 GB)"
	@echo "make soak   random days with faults, kills and reruns against the sandbox (SCHEDULES=1000 MINUTES=60 SEED=7)"
	@echo "make bench  measure this provider beside its peers, each installed below .bench; writes benchmarks/RESULTS.md"
	@echo "make lint   check style, types and formatting"
	@echo "make clean  remove what the above made"

demo: $(READY)
	@$(BIN)/python -m airflow_provider_erp.demo $(if $(DATE),--date $(DATE))

ui: $(READY)
	@$(BIN)/python -m airflow_provider_erp.demo.ui $(if $(PORT),--port $(PORT))

test: $(READY)
	$(BIN)/python -m pytest --cov --cov-report=term

soak: $(READY)
	@$(BIN)/python -m soak --schedules $(SCHEDULES) --minutes $(MINUTES) $(if $(SEED),--seed $(SEED))

bench: $(READY)
	$(BIN)/python -m benchmarks
	$(BIN)/python -m benchmarks.matching
	$(BIN)/python -m benchmarks.reconcile
	$(BIN)/python -m benchmarks.push
	$(BIN)/python -m benchmarks.waiting
	$(BIN)/python -m benchmarks.scale

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed, this is " + sys.version.split()[0] + "; name another one: make PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt uv
	$(BIN)/uv pip install --quiet --python $(BIN)/python --compile-bytecode -c constraints.txt -e '.[dev]'
	@touch $@

# What meets Airflow, on the oldest that is promised; its own deprecation warnings are no errors here.
test-min: $(READY)
	$(PYTHON) -m venv $(OLDEST)
	$(BIN)/uv pip install --quiet --python $(OLDEST)/bin/python --compile-bytecode -e '.[dev]' 'apache-airflow>=3.1,<3.2'
	$(OLDEST)/bin/python -m pytest -o filterwarnings=default $(MEET_AIRFLOW)

# Spark's programs and Celery are in environments of their own: the tests are their clients, which is in every environment.
test-scale: $(READY)
	@scale/install.sh
	$(PYTHON) -m venv $(SPARK)
	$(BIN)/uv pip install --quiet --python $(SPARK)/bin/python 'pyspark>=4.2,<4.3'
	$(PYTHON) -m venv $(CELERY)
	$(BIN)/uv pip install --quiet --python $(CELERY)/bin/python --compile-bytecode -c constraints.txt \
	  -e '.[postgres,s3]' apache-airflow-providers-celery 'celery[redis]<5.7'
	SPARK_HOME=$$($(SPARK)/bin/python -c 'import os, pyspark; print(os.path.dirname(pyspark.__file__))') \
	  CELERY_PYTHON=$(CURDIR)/$(CELERY)/bin/python $(BIN)/python -m pytest -s -o tmp_path_retention_policy=failed scale

# The exact versions that everything is tested with, without addresses of package indexes.
constraints: $(READY)
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --upgrade --extra dev \
	  --no-emit-index-url --no-emit-find-links --no-header --no-annotate pyproject.toml -o constraints.txt

clean:
	rm -rf $(VENV) $(OLDEST) $(SPARK) $(CELERY) .bench .demo dist .coverage .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
