"""People and apps for the tests of accounts and OAuth."""

from __future__ import annotations

import base64
import hashlib
from itertools import count

from echo.actions import apps, auth, logins, sign_up
from echo.actions.drafts import SignUp
from echo.kinds import Role
from echo.models import User
from echo.policy.authorization import AuthorizationRequest, Client, read_request
from echo.runtime import Runtime
from echo.store.access import load_token
from echo.store.apps import find_by_client_id
from echo.store.auth import load_session
from tests.conftest import changed

__all__ = [
    "app",
    "apps",
    "auth",
    "code_for",
    "configure",
    "draft",
    "find_client",
    "load_token",
    "person",
    "request",
    "shown",
]
PASSWORD = "correct horse battery"
REDIRECT = "https://app.test/callback?keep=1"
VERIFIER = "v" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
_numbers = count(1)


def configure(runtime: Runtime, **sections: dict[str, object]) -> None:
    """Change keys of the configuration of a server that runs, by section."""
    runtime.config = changed(runtime.config, **sections)
    runtime.bind()


def draft(name: str = "", **changes: object) -> SignUp:
    """A sign-up of somebody new."""
    name = name or f"person{next(_numbers)}"
    values: dict[str, object] = {
        "username": name,
        "email": f"{name}@mail.test",
        "password": PASSWORD,
        "agreement": True,
    }
    return SignUp(**(values | changes))  # type: ignore[arg-type]


async def person(
    name: str = "", *, confirmed: bool = True, approved: bool = True, role: Role = Role.USER
) -> User:
    """Somebody with an account."""
    return await sign_up.create_local(draft(name), role=role, is_confirmed=confirmed, is_approved=approved)


async def app(
    *, scopes: tuple[str, ...] = ("read", "write"), redirects: tuple[str, ...] = (REDIRECT,)
) -> Client:
    """A registered app."""
    return (await apps.register_app(apps.AppDraft(name="App", redirect_uris=redirects, scopes=scopes))).client


async def find_client(client_id: str) -> Client:
    """The app that calls itself so."""
    client = await find_by_client_id(client_id)
    assert client is not None
    return client


def request(client: Client, **changes: str) -> AuthorizationRequest:
    """What the app sends the browser with."""
    values = {
        "response_type": "code",
        "redirect_uri": client.redirect_uris[0],
        "scope": "read",
        "state": "xyz",
    }
    return read_request(client, values | changes)


async def code_for(user: User, client: Client, **changes: str) -> str:
    """A code that the person has just allowed, with a browser of theirs."""
    login = await load_session(await logins.open_session(user.id, logins.Browser()))
    assert login is not None
    return await auth.authorise(user.id, login.session_id, request(client, **changes))


def shown(code: str, *, redirect_uri: str = REDIRECT, verifier: str = "") -> auth.Exchange:
    """What the app shows for its token."""
    return auth.Exchange(code=code, redirect_uri=redirect_uri, verifier=verifier)
