"""Cost by size: how the steps of a day grow with the number of customers."""
