"""Backups of a whole server, and servers made of them: see `docs/admin/backup.md`."""
