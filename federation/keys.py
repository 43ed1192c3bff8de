"""Private keys of people here: loaded once, kept for a while, used to sign what leaves."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from activitypub.signatures import Scheme, cavage, rfc9421
from activitypub.signatures.keys import PrivateKey, load_private_key
from echo import addresses, clock
from echo.actions import keys, server_actor
from echo.store import signing_keys
from federation.knocking import Knock, Sign
from federation.memory import Memory

# New keys of somebody are used by every process after this time.
KEPT_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Signer:
    """Somebody who signs."""

    key_id: str
    key: PrivateKey

    def sign(self, knock: Knock) -> Mapping[str, str]:
        """Headers for a request without a body, good for this moment."""
        return self._headers(knock, None)

    def with_body(self, digest: bytes) -> Sign:
        """How to sign a request with a body whose SHA-256 is known."""
        return lambda knock: self._headers(knock, digest)

    def _headers(self, knock: Knock, digest: bytes | None) -> Mapping[str, str]:
        made = partial(self._make, knock, digest)
        if knock.scheme is Scheme.CAVAGE:
            return made(cavage.sign_request, with_query=knock.with_query)
        has_body = digest is not None
        suiting = (each for each in knock.wanted if each.suits(self.key, self.key_id, has_body=has_body))
        return made(rfc9421.sign_request, wanted=next(suiting, None))

    def _make(
        self, knock: Knock, digest: bytes | None, sign: Callable[..., dict[str, str]], **particulars: object
    ) -> Mapping[str, str]:
        return sign(
            knock.method,
            knock.url,
            key=self.key,
            key_id=self.key_id,
            now=clock.now(),
            digest=digest,
            **particulars,
        )


@dataclass(frozen=True, slots=True)
class DocumentSigner:
    """Somebody who signs documents (FEP-8b32): `key_id` is what goes into `verificationMethod`."""

    key_id: str
    key: Ed25519PrivateKey


# Who speaks with relays: no account, but the server's key under another id.
RELAY_ACTOR = 0


class Keyring:
    """The keys of a process."""

    def __init__(self) -> None:
        self._document_signers: Memory[int, DocumentSigner] = Memory(size=10_000, seconds=KEPT_SECONDS)
        self._signers: Memory[tuple[int, int | None], Signer] = Memory(size=10_000, seconds=KEPT_SECONDS)
        self._server_actor_id: int | None = None

    async def signer(self, account_id: int, *, generation: int | None = None) -> Signer:
        """The signer of somebody here.

        Shapes:  generation: of the key, where that is not the one of the moment; the one before is kept
        Raises:  NotFound for those without a key
        """
        known, here = self._signers.get((account_id, generation)), addresses.here()
        if known is None:
            is_relay = account_id == RELAY_ACTOR
            owner_id = await self.server_actor_id() if is_relay else account_id
            held = await signing_keys.private_key(owner_id, generation)
            key = await asyncio.to_thread(load_private_key, held.private_pem)
            known = Signer(here.relay_key if is_relay else here.key(account_id, held.generation), key)
            self._signers.put((account_id, generation), known)
        return known

    async def document_signer(self, account_id: int) -> DocumentSigner:
        """The key with which documents of somebody here are signed, made when there is none.

        Raises:  NotFound for those without keys
        """
        known = self._document_signers.get(account_id)
        if known is None:
            held = await keys.document_key(account_id)
            key = load_private_key(held.private_pem)
            assert isinstance(key, Ed25519PrivateKey)
            known = DocumentSigner(addresses.here().document_key(account_id, held.generation), key)
            self._document_signers.put(account_id, known)
        return known

    async def server_signer(self) -> Signer:
        """The signer of the server itself, made when there is none yet: every fetch is signed by it."""
        return await self.signer(await self.server_actor_id())

    async def server_actor_id(self) -> int:
        """The account that stands for this server."""
        if self._server_actor_id is None:
            self._server_actor_id = await server_actor.ensure()
        return self._server_actor_id
