"""Backups: what is in them, and what is refused."""
