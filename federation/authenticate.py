"""Who sent a request: the account whose key signed it, or an error. There is no third way."""

from __future__ import annotations

from dataclasses import dataclass

from activitypub import iri, signatures
from activitypub.document import Document
from activitypub.errors import Malformed, SignatureError
from activitypub.limits import PUBLIC_KEYS
from activitypub.read import is_actor, key_owner, read_actor, read_public_keys
from activitypub.signatures import Claim, Scheme
from activitypub.signatures.keys import PublicKeyObject, load_public_key, same_key_id
from echo import addresses, clock
from echo.actions.drafts import RemoteKey
from echo.models import Account
from echo.store import accounts, signing_keys
from federation import actors
from federation.errors import FederationError, Unbelievable, Untrusted, Unwelcome
from federation.fetch import fetch
from federation.judge import is_same_origin
from federation.memory import Memory
from federation.network import allow_http, is_ours, network
from federation.translate.accounts import keys_of

# A key that fails is read anew at most this often, and never when it was read a moment ago.
REFRESH_SECONDS = 300.0
KEPT_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Incoming:
    """A request as it came.

    Shapes:  target: raw path with query; headers: (lower-case name, value), repeated lines kept apart
    """

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes


@dataclass(frozen=True, slots=True)
class Sender:
    """Whose key it was."""

    account_id: int
    uri: str
    host: str
    inboxes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Known:
    sender: Sender
    key: PublicKeyObject


class KnownKeys:
    """The keys that a process has seen lately: no row is read for the next activity of the same sender."""

    def __init__(self) -> None:
        self.kept: Memory[str, _Known] = Memory(size=10_000, seconds=KEPT_SECONDS)
        self.refreshed: Memory[str, bool] = Memory(size=10_000, seconds=REFRESH_SECONDS)


def claim_of(incoming: Incoming) -> Claim:
    """What a request claims, after every check that needs no key.

    Raises:  Untrusted: unsigned, not signed enough, for another host, too old, another body
    """
    try:
        claim = signatures.claimed(incoming.method, incoming.target, incoming.headers)
        hosts = {addresses.here().host.lower()}
        signatures.check(claim, body=incoming.body, our_hosts=hosts, now=clock.now())
    except SignatureError as error:
        raise Untrusted(error.reason, detail=str(error)) from error
    if is_ours(claim.key_id):
        raise Untrusted("key_id", detail=f"our own key: {claim.key_id}")
    return claim


async def prove(claim: Claim, known: KnownKeys, *, may_ask: bool = True) -> Sender:
    """The sender, proven by a key that is theirs in both directions.

    Shapes:  claim: from `claim_of`; may_ask: whether another server may be asked for the key
    Raises:  Untrusted; with the code `gone` when the key's server says that it is gone for good
    """
    kept = known.kept.get(claim.key_id)
    if kept is not None and _holds(claim, kept.key):
        return kept.sender
    account = await signing_keys.find_owner(claim.key_id)
    if account is not None and (found := _verified(claim, account)) is not None:
        known.kept.put(claim.key_id, found)
        return found.sender
    known.kept.forget(claim.key_id)
    if not may_ask or not _may_refresh(claim.key_id, account, known):
        raise Untrusted("bad_signature" if account is not None else "unknown_key", detail=claim.key_id)
    try:
        account = await _owner_from_origin(claim.key_id)
    except Unwelcome as error:
        raise Untrusted("gone" if error.is_gone else "no_key", detail=str(error)) from error
    except FederationError as error:
        raise Untrusted("no_key", detail=str(error)) from error
    found = _verified(claim, account)
    if found is None:
        raise Untrusted("bad_signature", detail=claim.key_id)
    known.kept.put(claim.key_id, found)
    return found.sender


def _holds(claim: Claim, key: PublicKeyObject) -> bool:
    try:
        signatures.verify_key(claim, key)
    except SignatureError:
        return False
    return True


def _verified(claim: Claim, account: Account) -> _Known | None:
    """The sender, if one of the account's keys with this id made the signature."""
    if account.deleted_at is not None:
        return None
    for listed in account.public_keys:
        # Hubzilla names the actor itself where it means the actor's key (mastodon#39720).
        if not same_key_id(listed["id"], claim.key_id) and claim.key_id != account.uri:
            continue
        try:
            key = load_public_key(listed["pem"])
        except SignatureError:
            continue
        if _holds(claim, key):
            inboxes = tuple(filter(None, (account.inbox, account.shared_inbox)))
            return _Known(Sender(account.id, account.uri, account.host, inboxes), key)
    return None


def _may_refresh(key_id: str, account: Account | None, known: KnownKeys) -> bool:
    """Whether asking for a key can help: it is unknown, or may have changed since we read it."""
    if account is None:
        return True
    if account.fetched_at is not None:
        age_seconds = (clock.now() - account.fetched_at).total_seconds()
        if age_seconds < REFRESH_SECONDS:
            return False
    return known.refreshed.first_within(key_id, True, seconds=REFRESH_SECONDS)


async def _owner_from_origin(key_id: str) -> Account:
    """The account whose own document lists this key.

    Source:  CVE-2024-23832: a key that names an owner is nothing until the owner names the key
    """
    document = await fetch(key_id)
    owner = document if is_actor(document) else await _owner_document(document, key_id)
    if owner.id is None or not is_same_origin(owner.id, key_id):
        raise Unbelievable(f"{key_id} belongs to another server's {owner.id}")
    try:
        keys = keys_of(read_actor(owner, allow_http=allow_http()))
    except Malformed as error:
        raise Unbelievable(f"{owner.id}: {error}") from error
    linked = () if document is owner else _linked_key(owner, document, key_id)
    if key_id != owner.id and not any(same_key_id(key.id, key_id) for key in (*keys, *linked)):
        raise Unbelievable(f"{owner.id} does not list {key_id}")
    return await actors.store(owner, more_keys=linked)


def _linked_key(owner: Document, document: Document, key_id: str) -> tuple[RemoteKey, ...]:
    """The key that lies in a document of its own, where its owner lists it by its address only."""
    if not any(same_key_id(each, key_id) for each in owner.references("publicKey", at_most=PUBLIC_KEYS)):
        return ()
    keys = read_public_keys(document, allow_http=allow_http())
    return tuple(RemoteKey(id=key.id, pem=key.pem) for key in keys if same_key_id(key.id, key_id))


async def _owner_document(document: Document, key_id: str) -> Document:
    """The actor behind a key that lies at an address of its own."""
    owner = key_owner(document, allow_http=allow_http())
    if owner is None:
        raise Unbelievable(f"{key_id} is no key")
    if not is_same_origin(owner, key_id):
        raise Unbelievable(f"{key_id} names an owner elsewhere: {owner}")
    return await fetch(owner)


async def note_scheme(claim: Claim) -> None:
    """A proven request shows what its server can make, and so what it verifies."""
    host = iri.host_of(claim.key_id, allow_http=True)
    if claim.scheme is Scheme.RFC9421 and host is not None:
        await network().schemes.learn(host, Scheme.RFC9421)


async def known_sender(uri: str) -> Account | None:
    """The account with this id, where it is known and not gone."""
    account = await accounts.find_by_uri(uri)
    return None if account is None or account.deleted_at is not None else account
