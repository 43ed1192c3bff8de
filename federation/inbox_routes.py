"""The addresses where other servers deliver: one for everybody, and one for each person."""

from __future__ import annotations

from quart import Blueprint, Response, current_app, request

from activitypub.signatures.accept import ASKED_WITH_BODY
from echo import settings
from echo.errors import NotFound
from echo.http.access import delivered
from echo.http.forms import read_bytes
from federation.admission import arrived, known_keys
from federation.answers import number
from federation.authenticate import Incoming
from federation.errors import Untrusted
from federation.inbox import MOST_BYTES, Inbox, check_owner

blueprint = Blueprint("federation_inbox", __name__)


@blueprint.post("/ap/inbox")
@delivered
async def shared() -> Response:
    return await _receive()


@blueprint.post("/ap/actors/<account_id>/inbox")
@delivered
async def personal(account_id: str) -> Response:
    await check_owner(number(account_id))
    return await _receive()


async def _receive() -> Response:
    if not settings.here().federation.enabled:
        raise NotFound
    inbox: Inbox = current_app.extensions.setdefault("echo_inbox", Inbox(known_keys()))
    try:
        await inbox.receive(await _incoming())
    except Untrusted as error:
        error.headers = {"Accept-Signature": ASKED_WITH_BODY}
        raise
    return Response(b"", status=202)


async def _incoming() -> Incoming:
    """The request as it came; its body is given up as soon as it is too long, whatever was declared.

    Raises:  TooLarge; BadRequest when it does not arrive in time
    """
    return arrived(await read_bytes(request, max_bytes=MOST_BYTES))
