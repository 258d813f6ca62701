"""The ledger of breaks: what is new, still open, changed, reopened or resolved, and since when."""

from airflow_provider_erp.reconciliation.ledger.acceptances import Expiring, expiring
from airflow_provider_erp.reconciliation.ledger.folding import Observation, fold, write_observation

__all__ = ["Expiring", "Observation", "expiring", "fold", "write_observation"]
