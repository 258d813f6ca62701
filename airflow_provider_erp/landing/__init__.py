"""Batches on object storage: what one fetch read, published whole or not at all."""
