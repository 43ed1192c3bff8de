"""Accept-Signature: how a server asks to be signed to.

Source:  RFC 9421 section 5; Fedify asks with it in its 401
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from activitypub.errors import SignatureError
from activitypub.signatures.keys import PrivateKey
from activitypub.signatures.structured import read_dictionary

#: What we ask for; we understand no parameter that would be worth asking for.
ASKED_WITH_BODY: Final = 'sig1=("@method" "@target-uri" "content-digest");created'
ASKED: Final = 'sig1=("@method" "@target-uri");created'

_MAX_HEADER_CHARS: Final = 4_096
_TEXT: Final = re.compile(r"[\x20-\x7e]{1,512}")
_ALWAYS: Final = frozenset(
    {"@method", "@target-uri", "@authority", "@scheme", "@path", "@query", "@request-target", "host", "date"}
)
_WITH_BODY: Final = frozenset({"content-digest", "content-type"})


@dataclass(frozen=True, slots=True)
class Wanted:
    """One signature as somebody wants it.

    Shapes:  label: what it is to be called; components: without parameters; algorithm, key_id: None for any
    """

    label: str
    components: tuple[str, ...]
    algorithm: str | None = None
    key_id: str | None = None
    nonce: str | None = None
    tag: str | None = None

    @property
    def texts(self) -> tuple[tuple[str, str], ...]:
        """What is to be sent back as it was said."""
        given = (("nonce", self.nonce), ("tag", self.tag))
        return tuple((name, text) for name, text in given if text is not None)

    def suits(self, key: PrivateKey, key_id: str, *, has_body: bool) -> bool:
        """Whether this key can make it, over a request of ours."""
        ours = "ed25519" if isinstance(key, Ed25519PrivateKey) else "rsa-v1_5-sha256"
        there = _ALWAYS | _WITH_BODY if has_body else _ALWAYS
        return (
            self.algorithm in (None, ours)
            and self.key_id in (None, key_id)
            and there.issuperset(self.components)
        )


def read_accept_signature(value: str) -> tuple[Wanted, ...]:
    """Read the header; what is malformed, or asks for what we do not know, is left out."""
    if len(value) > _MAX_HEADER_CHARS:
        return ()
    try:
        members = read_dictionary(value, reason="syntax")
    except SignatureError:
        return ()
    found = (_wanted(label, member) for label, member in members.items())
    return tuple(wanted for wanted in found if wanted is not None)


def _wanted(label: str, member: object) -> Wanted | None:
    if not (isinstance(member, tuple) and isinstance(member[0], list)):
        return None
    components: list[str] = []
    for item in member[0]:
        name, parameters = item if isinstance(item, tuple) else (item, {})
        if type(name) is not str or parameters or name in components:
            return None
        components.append(name)
    texts = {name: _text(member[1].get(name)) for name in ("alg", "keyid", "nonce", "tag")}
    if any(text == "" for text in texts.values()):
        return None
    return Wanted(label, tuple(components), texts["alg"], texts["keyid"], texts["nonce"], texts["tag"])


def _text(value: Any) -> str | None:
    """A string; None where there is none, and empty where it is no good one."""
    if value is None:
        return None
    return value if type(value) is str and _TEXT.fullmatch(value) else ""
