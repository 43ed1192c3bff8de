"""OpenID Connect, as the side that asks."""
