"""Apps, tokens and what OAuth tells about this server."""

from __future__ import annotations

from echo.actions.auth import IssuedToken
from echo.addresses import here
from echo.models import Account
from echo.policy import push_keys, scopes
from echo.policy.authorization import Client
from echo.render.entities import Entity


class Application(Entity, frozen=True, kw_only=True):
    """An app, as whoever holds one of its tokens sees it."""

    id: str
    name: str
    website: str | None
    scopes: tuple[str, ...]
    redirect_uris: tuple[str, ...]
    redirect_uri: str
    vapid_key: str


class CredentialApplication(Application, frozen=True, kw_only=True):
    """An app that has just registered: the only time that its secret is told."""

    client_id: str
    client_secret: str
    client_secret_expires_at: int


class Token(Entity, frozen=True, kw_only=True):
    access_token: str
    token_type: str
    scope: str
    created_at: int


class Userinfo(Entity, frozen=True, kw_only=True):
    iss: str
    sub: str
    name: str
    preferred_username: str
    profile: str
    picture: str


class ServerMetadata(Entity, frozen=True, kw_only=True):
    """Source:  RFC 8414"""

    issuer: str
    service_documentation: str
    authorization_endpoint: str
    token_endpoint: str
    app_registration_endpoint: str
    revocation_endpoint: str
    userinfo_endpoint: str
    scopes_supported: tuple[str, ...]
    response_types_supported: tuple[str, ...]
    response_modes_supported: tuple[str, ...]
    grant_types_supported: tuple[str, ...]
    token_endpoint_auth_methods_supported: tuple[str, ...]
    code_challenge_methods_supported: tuple[str, ...]


def application(client: Client) -> Application:
    """An app without its secrets."""
    return Application(
        id=str(client.app_id),
        name=client.name,
        website=client.website,
        scopes=client.scopes,
        redirect_uris=client.redirect_uris,
        redirect_uri="\n".join(client.redirect_uris),
        vapid_key=push_keys.here().public,
    )


def registered(client: Client, secret: str) -> CredentialApplication:
    """An app, with the secret that it must keep."""
    shown = application(client)
    return CredentialApplication(
        id=shown.id,
        name=shown.name,
        website=shown.website,
        scopes=shown.scopes,
        redirect_uris=shown.redirect_uris,
        redirect_uri=shown.redirect_uri,
        vapid_key=shown.vapid_key,
        client_id=client.client_id,
        client_secret=secret,
        client_secret_expires_at=0,
    )


def token(issued: IssuedToken) -> Token:
    """A token that was just made; tokens do not expire."""
    return Token(
        access_token=issued.text,
        token_type="Bearer",  # noqa: S106 a word of the protocol, no secret
        scope=" ".join(issued.scopes),
        created_at=int(issued.created_at.timestamp()),
    )


def userinfo(account: Account) -> Userinfo:
    """Who is logged in, in the words of OpenID Connect."""
    addresses = here()
    return Userinfo(
        iss=f"{addresses.base}/",
        sub=account.uri,
        name=account.display_name or account.username,
        preferred_username=account.username,
        profile=account.url,
        picture=addresses.file(account.avatar) if account.avatar else addresses.missing_avatar,
    )


def server_metadata(origin: str) -> ServerMetadata:
    """Where everything is.

    Shapes:  origin: where the caller reached us, without a trailing slash
    """
    return ServerMetadata(
        issuer=f"{origin}/",
        service_documentation=f"{origin}/about",
        authorization_endpoint=f"{origin}/oauth/authorize",
        token_endpoint=f"{origin}/oauth/token",
        app_registration_endpoint=f"{origin}/api/v1/apps",
        revocation_endpoint=f"{origin}/oauth/revoke",
        userinfo_endpoint=f"{origin}/oauth/userinfo",
        scopes_supported=scopes.ALL,
        response_types_supported=("code",),
        response_modes_supported=("query",),
        grant_types_supported=("authorization_code", "client_credentials"),
        token_endpoint_auth_methods_supported=("client_secret_basic", "client_secret_post"),
        code_challenge_methods_supported=("S256",),
    )
