"""Serving the ASGI applications in processes of our own: one public port for pages, API and streaming."""
