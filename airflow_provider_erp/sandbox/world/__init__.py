"""The invented customers that the four systems hold, and the breaks planted between them."""
