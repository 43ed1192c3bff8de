"""Rows to Mastodon's JSON, in batches. `reblog` and `favourite` are words of this room and of `echo.api`."""
