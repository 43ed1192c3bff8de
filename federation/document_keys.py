"""The keys with which people elsewhere sign documents: those they list for that (FEP-521a)."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from activitypub.signatures.keys import load_public_key
from echo import clock
from echo.models import Account
from echo.store import accounts
from federation import resolve
from federation.errors import FederationError, Untrusted
from federation.judge import is_same_origin

# Keys that were read a moment ago are not read again for the sake of one that is not among them.
REFRESH_SECONDS = 300.0


async def document_key(key_id: str, *, owner: str, may_ask: bool = True) -> Ed25519PublicKey:
    """The key with this id, if its owner signs documents with it.

    Shapes:  owner: the id of an actor elsewhere; may_ask: whether its server may be asked for it
    Raises:  Untrusted: key_id, unknown_key, no_key
    """
    if not is_same_origin(key_id, owner):
        raise Untrusted("key_id", detail=f"{key_id} is not on the server of {owner}")
    known = await accounts.find_by_uri(owner)
    if known is not None and (known.deleted_at is not None or not known.host):
        raise Untrusted("no_key", detail=f"{owner} is gone, or lives here")
    found = None if known is None else listed_key(known, key_id)
    if found is not None:
        return found
    if not may_ask or (known is not None and _is_fresh(known)):
        raise Untrusted("unknown_key", detail=key_id)
    try:
        read = await (resolve.account(owner) if known is None else resolve.refresh(known))
    except FederationError as error:
        raise Untrusted("no_key", detail=str(error)) from error
    found = listed_key(read, key_id)
    if found is None:
        raise Untrusted("unknown_key", detail=f"{owner} does not list {key_id}")
    return found


def listed_key(account: Account, key_id: str) -> Ed25519PublicKey | None:
    """The key with this id among those with which an account signs documents."""
    for listed in account.public_keys:
        if listed["id"] == key_id and listed.get("signs_documents"):
            key = load_public_key(listed["pem"])
            return key if isinstance(key, Ed25519PublicKey) else None
    return None


def _is_fresh(account: Account) -> bool:
    read_at = account.fetched_at
    return read_at is not None and (clock.now() - read_at).total_seconds() < REFRESH_SECONDS
