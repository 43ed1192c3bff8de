"""Laws about the whole package."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

import activitypub
import echo
import federation
import workers
from federation.errors import FederationError
from federation.handlers import HANDLERS
from federation.reasons import Reason

HTTP_LIBRARIES = {"httpx", "aiohttp", "httpx_aiohttp", "requests", "urllib3", "http"}
ALLOWED = {"federation/client.py", "federation/transport.py"}
PACKAGES = (echo, federation, activitypub, workers)


@cache
def sources() -> list[tuple[str, ast.Module]]:
    """Every module of ours, parsed."""
    found = []
    for package in PACKAGES:
        root = Path(str(package.__file__)).parent
        found += [
            (str(path.relative_to(root.parent)), ast.parse(path.read_text())) for path in root.rglob("*.py")
        ]
    return found


def test_s_b09_there_is_one_way_out() -> None:
    """No other module can make an HTTP client: none imports a library for one."""
    offenders = []
    for name, tree in sources():
        for node in ast.walk(tree):
            modules = []
            if isinstance(node, ast.Import):
                modules = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                modules = [node.module or ""]
            for module in modules:
                top = module.partition(".")[0]
                is_client = top in HTTP_LIBRARIES - {"http"} or module in ("urllib.request", "http.client")
                if is_client and name not in ALLOWED:
                    offenders.append(f"{name}: {module}")
    assert offenders == []


# Modules that speak with the network themselves, and calls that open a connection.
_SPEAKERS = {"smtplib", "ftplib", "poplib", "imaplib", "telnetlib", "nntplib", "xmlrpc", "websockets"}
_DIALS = {
    "create_connection", "open_connection", "create_datagram_endpoint", "sock_connect", "connect_ex",
    "getaddrinfo", "gethostbyname", "urlopen", "HTTPConnection", "HTTPSConnection",
}  # fmt: skip
# What the operator chose and nobody else can: the mail server, and engines of our own.
_TO_OUR_OWN = {"echo/mail.py": {"aiosmtplib"}}
_MAY_DIAL = {
    "federation/transport.py": {"getaddrinfo"},
    "echo/pool.py": {"create_connection"},
    # `echoctl doctor` looks whether this server and its mail server can be reached.
    "echo/cli/doctor.py": {"getaddrinfo", "open_connection"},
}


def test_s_b09_nobody_else_opens_a_connection() -> None:
    """Nor by a library for another protocol, nor by a bare socket."""
    offenders = []
    for name, tree in sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.Import | ast.ImportFrom):
                names = [each.name for each in node.names] if isinstance(node, ast.Import) else [node.module]
                tops = {(each or "").partition(".")[0] for each in names} & (_SPEAKERS | {"aiosmtplib"})
                offenders += [f"{name}: {top}" for top in tops - _TO_OUR_OWN.get(name, set())]
            elif isinstance(node, ast.Call):
                called = node.func.attr if isinstance(node.func, ast.Attribute) else ""
                if called in _DIALS - _MAY_DIAL.get(name, set()):
                    offenders.append(f"{name}: {called}")
    assert offenders == []


def test_wire_names_die_in_translation() -> None:
    """Below federation nobody speaks the wire's language."""
    wire = {"attributedTo", "inReplyTo", "sharedInbox", "preferredUsername", "publicKeyPem", "alsoKnownAs"}
    offenders = []
    for name, tree in sources():
        if name.startswith("activitypub/"):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and node.value in wire:
                offenders.append(f"{name}: {node.value}")
    assert set(offenders) <= {
        # What is asked of a document that is passed on by somebody else, and nothing more.
        "federation/origins.py: inReplyTo"
    }


@pytest.mark.parametrize(
    "reason", [*Reason, *sorted(error.code for error in FederationError.__subclasses__())]
)
def test_reasons_fit_their_column(reason: str) -> None:
    assert len(reason) <= 64
    assert reason == reason.lower()


def test_every_handler_has_a_file_of_its_own() -> None:
    requests = ("AnnounceRequest", "LikeRequest", "ReplyRequest")
    shared = {"EmojiReact": "like", **dict.fromkeys(requests, "interactionrequest")}
    for kind, handler in HANDLERS.items():
        name = shared.get(kind, kind.lower())
        assert handler.__module__ == f"federation.handlers.{name}"  # type: ignore[attr-defined]
