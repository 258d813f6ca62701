"""One hook per vendor, with the vendor's own words; what they share is in ``erp``."""
