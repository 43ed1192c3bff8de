"""Requests as they come over the wire: nothing raises but SignatureError, nothing changed passes.

An input is a request in writing: `METHOD TARGET`, header lines, an empty line, the body. The seeds are
signed with the keys here, so that inputs reach the last step too.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from activitypub import signatures
from activitypub.errors import SignatureError
from activitypub.signatures import cavage, claim, digest, keys, multibase, rfc9421

NOW = datetime(2026, 8, 1, 10, 0, 0, tzinfo=UTC)
OURS = frozenset({"echo.test"})
KEY_ID = "https://peer.test/users/a#main-key"
BODY = b'{"type":"Follow","actor":"https://peer.test/users/a","object":"https://echo.test/ap/actors/1"}'
TARGETS = ("/ap/inbox", "/ap/inbox?page=2")
PRIVATE = Ed25519PrivateKey.from_private_bytes(b"\x01" * 32)
_PUBLIC = PRIVATE.public_key()


def one(data: bytes) -> None:
    """Judge a request as an inbox does."""
    head, _, body = data.partition(b"\n\n")
    first, *lines = head.decode("latin-1").split("\n")
    method, _, target = first.partition(" ")
    headers = [(name.strip().lower(), value) for name, _, value in (line.partition(":") for line in lines)]
    with suppress(SignatureError):
        _judge(method, target, headers, body)
    for name, value in headers:
        _digests(name, value, body)
        _keys(value)


def _judge(method: str, target: str, headers: list[tuple[str, str]], body: bytes) -> None:
    found = signatures.claimed(method, target, headers)
    assert found.signature is not None
    for text in (rfc9421 if found.scheme is claim.Scheme.RFC9421 else cavage).signed_texts(found):
        assert text.count(b"\n") == len(found.covered) - (found.scheme is claim.Scheme.CAVAGE)
    signatures.verify(found, body=body, public_key=_PUBLIC, our_hosts=OURS, now=NOW)
    # It holds: then it is what the holder of the key signed, whatever stood around it. The query may be
    # missing from what was signed (misskey#17941).
    assert method.upper() in ("GET", "POST", "HEAD"), method
    assert target.partition("?")[0] == "/ap/inbox", target
    assert method.upper() in ("GET", "HEAD") or body == BODY, body
    assert found.key_id == KEY_ID or "keyid" not in found.parameters, found.key_id


def _digests(name: str, value: str, body: bytes) -> None:
    hashes = {hashlib.sha256(body).digest(), hashlib.sha512(body).digest()}
    if name == "digest":
        with suppress(SignatureError):
            digest.check_digest(value, body)
            assert any(digest.base64.b64encode(item).decode() in value for item in hashes)
    elif name == "content-digest":
        with suppress(SignatureError):
            digest.check_content_digest(value, body)


def _keys(value: str) -> None:
    for read in (keys.load_public_key, multibase.read_ed25519_multikey):
        with suppress(SignatureError):
            read(value)


def write_seeds(folder: Path) -> None:
    """Write the signed seeds anew: `python -m tests.fuzz.signatures`."""
    for name, scheme in (("cavage", cavage), ("rfc9421", rfc9421)):
        for method, target, body in (("POST", TARGETS[0], BODY), ("GET", TARGETS[1], None)):
            headers = scheme.sign_request(
                method, f"https://echo.test{target}", key=PRIVATE, key_id=KEY_ID, now=NOW, body=body
            )
            headers.setdefault("Date", format_datetime(NOW, usegmt=True))
            lines = [f"{method} {target}", *(f"{key}: {value}" for key, value in headers.items())]
            text = "\n".join(lines).encode() + b"\n\n" + (body or b"")
            (folder / f"{name}-{method.lower()}").write_bytes(text)


if __name__ == "__main__":
    write_seeds(Path(__file__).parent / "corpus" / "signatures")
