"""The vendors, each a folder: what to ask, and what the answer means."""

from airflow_provider_erp.vendors.fynn.api import FYNN
from airflow_provider_erp.vendors.lemonsoft.api import LEMONSOFT
from airflow_provider_erp.vendors.visma_net.api import VISMA_NET
from airflow_provider_erp.vendors.visma_px.api import VISMA_PX

VENDORS = {vendor.conn_type: vendor for vendor in (VISMA_PX, VISMA_NET, LEMONSOFT, FYNN)}
