"""The addresses of this server: one place that knows how actors, posts, pages and files are called.

Actor and post ids never contain a user name, so that people can be renamed.
"""

from __future__ import annotations

import hashlib
import re
from contextvars import ContextVar
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from echo.config import Config

_ENDING = re.compile(r"\.(?:jpe?g|png|gif|webp|avif|mp4|webm|mov|mp3|ogg|wav|flac|m4a)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Addresses:
    """Builds addresses, and recognises those that are ours."""

    base: str  # https://host
    domain: str  # handle host
    media: str
    # Whether files of other servers are shown from here.
    copies: bool = False

    def actor(self, account_id: int) -> str:
        return f"{self.base}/ap/actors/{account_id}"

    def key(self, account_id: int, generation: int = 1) -> str:
        """The key that signs requests; every later one has an id of its own, so that nobody takes it for the
        one that they have."""
        return f"{self.actor(account_id)}#main-key{_later(generation)}"

    def document_key(self, account_id: int, generation: int = 1) -> str:
        """The key of FEP-521a, with which documents are signed."""
        return f"{self.actor(account_id)}#ed25519-key{_later(generation)}"

    def inbox(self, account_id: int) -> str:
        return f"{self.actor(account_id)}/inbox"

    def collection(self, account_id: int, name: str) -> str:
        """`outbox`, `followers`, `following` or `featured`."""
        return f"{self.actor(account_id)}/{name}"

    @property
    def shared_inbox(self) -> str:
        return f"{self.base}/ap/inbox"

    @property
    def relay(self) -> str:
        """The actor who speaks with relays; some want that its id ends this way."""
        return f"{self.base}/relay"

    @property
    def relay_followers(self) -> str:
        return f"{self.relay}/followers"

    @property
    def relay_key(self) -> str:
        return f"{self.relay}#main-key"

    def post(self, post_id: int) -> str:
        return f"{self.base}/ap/posts/{post_id}"

    def context(self, thread_id: int) -> str:
        """The collection of the open posts of a thread that began here."""
        return f"{self.base}/ap/contexts/{thread_id}"

    def stamp(self, secret: str) -> str:
        """The address of a document that says that a quote is allowed; whoever knows it may read it."""
        return f"{self.base}/ap/stamps/{secret}"

    def chat(self, chat_id: int) -> str:
        """The id of a group that other servers know."""
        return f"{self.base}/ap/chats/{chat_id}"

    def activity(self, kind: str, unique: object) -> str:
        """The id of an activity: `kind` and something that is unique among its kind."""
        return f"{self.base}/ap/activities/{kind}/{unique}"

    def profile_page(self, username: str) -> str:
        return f"{self.base}/@{quote(username)}"

    def post_page(self, username: str, post_id: int) -> str:
        return f"{self.base}/@{quote(username)}/{post_id}"

    def chat_link(self, token: str) -> str:
        """The page of a group for who holds its join link."""
        return f"{self.base}/chats/join/{quote(token)}"

    def chat_link_document(self, token: str) -> str:
        """What is behind a join link, for other servers."""
        return f"{self.base}/ap/chats/links/{quote(token)}"

    def invite(self, code: str) -> str:
        return f"{self.base}/invite/{quote(code)}"

    def tag_page(self, name: str) -> str:
        return f"{self.base}/tags/{quote(name)}"

    def collection_page(self, collection_id: int) -> str:
        return f"{self.base}/collections/{collection_id}"

    def room_page(self, room_id: int) -> str:
        return f"{self.base}/rooms/{room_id}"

    def file(self, key: str) -> str:
        """The public address of a stored file; `key` may be the address of a file of another server."""
        if "://" in key:
            return self.remote_file(key)
        return f"{self.media}/{quote(key)}"

    def remote_file(self, url: str) -> str:
        """Where a file of another server is shown: from here, so that it does not learn who looks."""
        if not self.copies:
            return url
        digest = hashlib.sha256(url.encode()).hexdigest()
        # Some apps look at the ending; we do not.
        ending = _ENDING.search(urlsplit(url).path)
        return f"{self.base}/media/remote/{digest}{ending[0].lower() if ending else ''}"

    @property
    def missing_avatar(self) -> str:
        return f"{self.base}/static/avatar.png"

    @property
    def missing_header(self) -> str:
        return f"{self.base}/static/header.png"

    @property
    def host(self) -> str:
        return urlsplit(self.base).netloc

    def is_handle_host(self, host: str) -> bool:
        """Whether handles at this host are of people here: our handle host, or that of our addresses."""
        return host.lower() in (self.domain.lower(), self.host.lower())

    def is_ours(self, iri: str) -> bool:
        """Whether an address is on this server."""
        return iri == self.base or iri.startswith(self.base + "/")

    def actor_id_in(self, iri: str) -> int | None:
        """The account id in one of our actor ids (a fragment is ignored)."""
        return self._number(iri.partition("#")[0], f"{self.base}/ap/actors/")

    def quote_request_in(self, iri: str) -> int | None:
        """The id of the quoting post in the id of one of our requests."""
        return self._number(iri, self.activity("quote-request", ""))

    def boost_id_in(self, iri: str) -> int | None:
        """The id of the boost in the id of one of our boosts."""
        return self._number(iri, self.activity("boost", ""))

    def post_id_in(self, iri: str) -> int | None:
        """The post id in one of our post ids."""
        return self._number(iri, f"{self.base}/ap/posts/")

    @staticmethod
    def _number(iri: str, prefix: str) -> int | None:
        rest = iri.removeprefix(prefix)
        if rest == iri or not rest.isascii() or not rest.isdigit() or len(rest) > 19:
            return None
        return int(rest)


def _later(generation: int) -> str:
    return f"-{generation}" if generation > 1 else ""


_current: ContextVar[Addresses] = ContextVar("echo_addresses")


def of(config: Config) -> Addresses:
    """The addresses of a configuration."""
    return Addresses(
        base=config.base_url,
        domain=config.instance.domain,
        media=config.media_url,
        copies=config.media.remote_cache and config.federation.enabled,
    )


def bind(addresses: Addresses) -> None:
    """Make these the addresses of the current task and of the tasks it starts."""
    _current.set(addresses)


def here() -> Addresses:
    """The addresses of this server."""
    return _current.get()
