"""The REST API: thin handlers over the same commands and queries as the pages."""
