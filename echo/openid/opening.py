"""From the configuration to a service."""

from __future__ import annotations

from urllib.parse import urlsplit

from echo.config.openid import OpenId
from echo.openid.provider import OpenIdProvider
from echo.ports import Caller, IdentityProvider, NullProvider


def open_identity_provider(config: OpenId, call: Caller) -> IdentityProvider:
    """The service that the operator has chosen; one that knows nobody when there is none."""
    if not config.issuer or not config.client_id:
        return NullProvider()
    name = config.name or urlsplit(config.issuer).hostname or "another service"
    return OpenIdProvider(call=call, config=config, name=name)
