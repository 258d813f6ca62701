"""One spelling for values that mean the same: texts, identifiers, countries, phone numbers."""
