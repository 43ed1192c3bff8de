"""Apps register themselves."""

from __future__ import annotations

from dataclasses import dataclass

from echo import clock, db
from echo.errors import FieldError, Invalid
from echo.policy import redirects, scopes
from echo.policy.authorization import Client
from echo.policy.secret_texts import new_secret
from echo.store import apps

MAX_NAME_CHARACTERS = 60
MAX_WEBSITE_CHARACTERS = 2000
MAX_REDIRECTS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class AppDraft:
    """An app that wants to be registered.

    Shapes:  client_id, secret: empty for random ones; set by `echoctl seed` only
    """

    name: str
    redirect_uris: tuple[str, ...]
    scopes: tuple[str, ...] = scopes.DEFAULT
    website: str | None = None
    client_id: str = ""
    secret: str = ""


@dataclass(frozen=True, slots=True)
class RegisteredApp:
    """An app, and its secret, which is told this once."""

    client: Client
    secret: str


async def register_app(draft: AppDraft) -> RegisteredApp:
    """Register an app. The same twice are two apps.

    Raises:  Invalid for a missing name, an address that may not be redirected to, an unknown scope
    """
    _check(draft)
    secret = draft.secret or new_secret()
    client_id = draft.client_id or new_secret()
    async with db.unit_of_work():
        app_id = await apps.insert(
            name=draft.name.strip(),
            website=draft.website or None,
            redirect_uris=draft.redirect_uris,
            scopes=draft.scopes,
            client_id=client_id,
            secret=secret,
            at=clock.now(),
        )
    client = Client(
        app_id=app_id,
        name=draft.name.strip(),
        website=draft.website or None,
        client_id=client_id,
        redirect_uris=draft.redirect_uris,
        scopes=draft.scopes,
    )
    return RegisteredApp(client, secret)


def _check(draft: AppDraft) -> None:
    problems: dict[str, FieldError] = {}
    if not draft.name.strip():
        problems["Application name"] = FieldError("ERR_BLANK", "can't be blank")
    elif len(draft.name.strip()) > MAX_NAME_CHARACTERS:
        text = f"is too long (maximum is {MAX_NAME_CHARACTERS} characters)"
        problems["Application name"] = FieldError("ERR_TOO_LONG", text)
    if not draft.redirect_uris:
        problems["Redirect URI"] = FieldError("ERR_BLANK", "can't be blank")
    elif len(draft.redirect_uris) > MAX_REDIRECTS or not all(
        map(redirects.is_registrable, draft.redirect_uris)
    ):
        problems["Redirect URI"] = FieldError("ERR_INVALID", "must be an absolute URI.")
    if not draft.scopes or not all(map(scopes.is_known, draft.scopes)):
        problems["Scopes"] = FieldError("ERR_INVALID", "doesn't match configured on the server.")
    if draft.website and not _is_website(draft.website):
        problems["Website"] = FieldError("ERR_INVALID", "must be a valid URL")
    if problems:
        said = ", ".join(f"{name} {problem.description}" for name, problem in problems.items())
        raise Invalid(f"Validation failed: {said}")


def _is_website(text: str) -> bool:
    return (
        len(text) <= MAX_WEBSITE_CHARACTERS
        and text.startswith(("http://", "https://"))
        and not any(ord(character) <= 0x20 for character in text)
    )
