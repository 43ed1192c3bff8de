"""Measures what Echo costs: `make bench`. Nothing here is part of the server."""
