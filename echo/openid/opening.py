"""From the configuration to a service."""

from __future__ import annotations

import importlib
from urllib.parse import urlsplit

from echo.config.openid import OpenId
from echo.ports import Caller, IdentityProvider, NullProvider


def open_identity_provider(config: OpenId, call: Caller) -> IdentityProvider:
    """The service that the operator has chosen; one that knows nobody when there is none."""
    if not config.issuer or not config.client_id:
        return NullProvider()
    name = config.name or urlsplit(config.issuer).hostname or "another service"
    # Only servers that use it pay for its libraries.
    provider = importlib.import_module("echo.openid.provider")
    opened: IdentityProvider = provider.OpenIdProvider(call=call, config=config, name=name)
    return opened
