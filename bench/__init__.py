"""How fast Kinfold is, next to the raw database and a plain Django admin over the same rows: `make bench`."""
