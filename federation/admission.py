"""Who gets documents of this server: everybody, or in secure mode those alone who prove who they are.

`echo.app` installs `admit`, and `echo.http.access.signed` calls it for every document.

answer      secure mode                               otherwise
unsigned    401, with what we verify                  the document
signed      the document, as this account may see it  the document
blocked     403                                       403, by the host of the key alone
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar, cast

from quart import current_app, g, request

from activitypub import signatures
from activitypub.errors import SignatureError
from activitypub.signatures.accept import ASKED
from echo import settings
from echo.errors import EchoError, Forbidden, NotFound
from echo.http import media_types
from echo.policy.viewer import NOBODY, Viewer
from echo.store import avoided_domains, relations
from federation.answers import Answer
from federation.authenticate import Incoming, KnownKeys, Sender, claim_of, note_scheme, prove
from federation.errors import Untrusted
from federation.network import network

View = TypeVar("View", bound=Callable[..., Awaitable[Answer]])
_MARK = "answers_unsigned"
# Nobody may keep an answer that depends on who asked.
SEAL = {"Vary": "Accept, Signature", "Cache-Control": "private, no-store"}


def answers_unsigned(view: View) -> View:
    """A view that is asked in secure mode too when nobody has signed, and then tells what must be known."""
    setattr(view, _MARK, True)
    return view


async def admit(view: Callable[..., Awaitable[Answer]], *args: Any, **kwargs: Any) -> Answer:
    """Ask a view, if whoever asks may have its answer.

    Raises:  Untrusted, Forbidden
    """
    is_secure = settings.here().federation.is_secure
    try:
        if is_secure:
            answer = await _admit_proven(view, *args, **kwargs)
        else:
            await _refuse_blocked()
            answer = await view(*args, **kwargs)
    except Untrusted as error:
        error.headers = {**SEAL, "Accept-Signature": ASKED}
        raise
    except EchoError as error:
        if is_secure:
            error.headers = {**error.headers, **SEAL}
        raise
    if is_secure and not g.get("echo_is_for_all"):
        answer.headers.update(SEAL)
    return answer


async def proven() -> Sender:
    """Who asks, for documents that are for nobody else, whatever the mode. Raises Untrusted, Forbidden."""
    sender = _sender()
    if sender is None:
        claim = claim_of(arrived())
        if await network().blocked.bars(claim.key_id):
            raise Forbidden(detail=f"{claim.key_id} is of a server that is blocked, or not allowed")
        sender = g.echo_sender = await prove(claim, known_keys())
        await note_scheme(claim)
    return sender


def viewer() -> Viewer:
    """Who asks for a document."""
    sender = _sender()
    return NOBODY if sender is None else Viewer(sender.account_id)


def is_stranger() -> bool:
    """Whether somebody asks without a signature in secure mode: they learn what they must, and no more."""
    return settings.here().federation.is_secure and _sender() is None


def show_to_all() -> None:
    """This answer is the same for everybody."""
    g.echo_is_for_all = True


async def check_welcome(account_id: int) -> None:
    """Hide somebody here from those with whom they have nothing to do. Raises NotFound."""
    sender = _sender()
    if sender is not None and (
        await relations.is_blocked_either_way(account_id, sender.account_id)
        or await avoided_domains.is_avoided(account_id, sender.account_id)
    ):
        raise NotFound


def known_keys() -> KnownKeys:
    """The keys that this process has seen lately."""
    return cast(KnownKeys, current_app.extensions.setdefault("echo_known_keys", KnownKeys()))


def arrived(body: bytes = b"") -> Incoming:
    """The request as it came."""
    raw_path = request.scope.get("raw_path") or b""
    path = raw_path.decode("latin-1") if raw_path else request.path
    query = request.query_string.decode("latin-1")
    headers = tuple((name.lower(), value) for name, value in request.headers.items())
    return Incoming(request.method, f"{path}?{query}" if query else path, headers, body)


async def _admit_proven(view: Callable[..., Awaitable[Answer]], *args: Any, **kwargs: Any) -> Answer:
    wants_page = media_types.prefers_page(request.headers.getlist("Accept"))
    if "Signature" in request.headers:
        await proven()
    elif not (wants_page or getattr(view, _MARK, False)):
        raise Untrusted("unsigned")
    answer = await view(*args, **kwargs)
    if wants_page and _sender() is None and answer.status_code < 300 and not getattr(view, _MARK, False):
        raise Untrusted("unsigned")  # there is no page instead
    return answer


async def _refuse_blocked() -> None:
    """Documents are open, but not to those who say themselves that they are blocked."""
    if "Signature" not in request.headers:
        return
    incoming = arrived()
    try:
        claim = signatures.claimed(incoming.method, incoming.target, incoming.headers)
    except SignatureError:
        return
    if await network().blocked.have(claim.key_id):
        error = Forbidden(detail=f"{claim.key_id} is of a server that is blocked")
        error.headers = SEAL
        raise error


def _sender() -> Sender | None:
    return cast("Sender | None", g.get("echo_sender"))
