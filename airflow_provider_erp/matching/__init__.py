"""Which rows of two tables are the same customer, person or paper; which rows of one table are."""
