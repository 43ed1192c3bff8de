"""A name or an address -> a row of ours: from the store where it is known, else asked for, with a budget."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable
from dataclasses import dataclass, field, replace
from datetime import timedelta

from activitypub import iri
from activitypub.activities import Announce, Create
from activitypub.document import Document
from activitypub.errors import Malformed
from activitypub.read import is_activity, is_actor, is_note, read_activity
from echo import addresses, clock
from echo.actions import accounts as account_actions
from echo.actions import editing, quotes_elsewhere
from echo.errors import Gone, Invalid, NotFound
from echo.kinds import QuoteState
from echo.models import Account, Post
from echo.store import accounts, audience, interest, posts
from federation import (
    actors,
    causes,
    group_links,
    handles,
    ingest,
    local_addresses,
    newcomers,
    origins,
    profile_collections,
    stamps,
)
from federation.errors import FederationError, Unbelievable, Unwelcome
from federation.fetch import fetch, find, once
from federation.network import allow_http, is_ours, network
from federation.stamps import Claim

log = logging.getLogger(__name__)

FRESH_FOR = timedelta(days=1)
RECENT = timedelta(hours=1)


class Directory:
    """`echo.ports.RemoteDirectory`: asks other servers for what is not known here."""

    interaction_template = staticmethod(handles.interaction_template)
    group_by_link = staticmethod(group_links.find)

    async def account_by_handle(self, username: str, domain: str) -> int | None:
        """The account behind name@domain, fetched when unknown."""
        host = iri.canonical_authority(domain)
        if host is None:
            return None
        here = addresses.here()
        is_local = host in (here.domain.lower(), here.host.lower())
        known = await accounts.find_by_handle(username, "" if is_local else host)
        if known is not None or is_local:
            if known is not None:
                refresh_if_stale(known)
            return None if known is None else int(known.id)
        return await _id_of(once(f"acct:{username.lower()}@{host}", _ask_handle))

    async def account_by_iri(self, iri: str) -> int | None:
        """The account with this id or page address."""
        if is_ours(iri):
            return await local_addresses.account_id(iri)
        known: Account | None = await accounts.find_by_uri(iri)
        if known is not None and known.deleted_at is None:
            refresh_if_stale(known)
            return int(known.id)
        return await _id_of(_account_at(iri))

    async def post_by_iri(self, iri: str) -> int | None:
        """The post with this id or page address."""
        if is_ours(iri):
            return local_addresses.post_id(iri)
        known = await posts.find_by_uri_for_worker(iri)
        if known is not None:
            return int(known.id)
        return await _id_of(_post_at(iri))

    async def refresh_post(self, iri: str) -> None:
        """Read a post of another server anew: its poll, or all of it when it was edited."""
        await _id_of(_read_again(iri))

    async def refresh_account(self, account_id: int) -> None:
        """Read an account anew; when that fails it stays as it is known."""
        known = await accounts.find(account_id)
        if known is not None and known.host:
            await _id_of(refresh(known))


async def account(uri: str) -> Account:
    """The account with this id: stored, or asked for.

    Raises:  FederationError when its server does not give it, or when it claims to live here
    """
    known = await accounts.find_by_uri(uri)
    if known is not None and known.deleted_at is None:
        refresh_if_stale(known)
        return known
    if is_ours(uri):
        raise Unbelievable(f"our own: {uri}")
    return await once(f"{uri}#account", _fetch_account)


async def refresh(known: Account) -> Account:
    """Read an account anew from its server; when that says that it is gone, so it is here.

    Raises:  FederationError when its server does not give it
    """
    try:
        return await once(f"{known.uri}#account", _fetch_account)
    except Unwelcome as error:
        if error.is_gone and known.deleted_at is None:
            await account_actions.receive_deletion(known)
        raise


def refresh_if_stale(known: Account) -> None:
    """Have an account of another server read anew, beside, when that was long ago."""
    if not known.host or (known.fetched_at is not None and known.fetched_at > clock.now() - FRESH_FOR):
        return
    here = network()
    if f"{known.uri}#account" not in here.flights:
        here.start(refresh(known), f"refresh of {known.uri}")


async def check_inbox(inbox: str, *, is_gone: bool = False) -> None:
    """An inbox is not there any more: see whether its owner has moved house, or is gone.

    Shapes:  is_gone: for good; then it is not used again until its owner says so anew
    """
    owner = await audience.somebody_at(inbox)
    if owner is None:
        return
    if owner.fetched_at is not None and owner.fetched_at < clock.now() - RECENT:
        owner = await refresh(owner)
    if is_gone and owner.inbox == inbox:
        await account_actions.forget_inbox(owner)


@dataclass(slots=True)
class Budget:
    """How many documents may still be asked for because of one event, and what was asked for already."""

    fetches: int
    seen: set[str] = field(default_factory=set)

    def take(self, address: str) -> bool:
        """Whether this address may be asked for now."""
        if self.fetches <= 0 or address in self.seen:
            return False
        self.fetches -= 1
        self.seen.add(address)
        return True


async def post(uri: str, *, budget: Budget) -> Post:
    """The post with this id: stored, or asked for with the posts it replies to.

    Raises:  FederationError, Gone
    """
    known = await posts.find_by_uri_for_worker(uri)
    if known is not None:
        return known
    if not budget.take(uri):
        raise Unbelievable(f"too far: {uri}")
    return await take(await strange(uri), budget)


async def strange(uri: str) -> Document:
    """What its own server serves at an address that nothing is known of.

    Raises:  FederationError
    """
    if is_ours(uri):
        raise Unbelievable(f"our own: {uri}")
    await newcomers.admit(uri)
    return await fetch(uri)


async def take_account(document: Document, *, proven: handles.Answered | None = None) -> Account:
    """Store what an actor says of itself, as `actors.store`; what hangs on the profile is read beside.

    Raises:  Unbelievable
    """
    stored = await actors.store(document, proven=proven)
    if proven is not None or await interest.is_followed(stored.id):
        read = profile_collections.refresh(stored, document, ask=lambda uri: post(uri, budget=Budget(1)))
        network().start(read, f"collections of {stored.uri}")
    return stored


async def take(document: Document, budget: Budget) -> Post:
    """Store a fetched post; its parents first, as far as the budget goes."""
    note = ingest.read(document)
    causes.take_post(note.id)
    author = await account(note.attributed_to)
    if note.in_reply_to:
        try:
            await post(note.in_reply_to, budget=budget)
        except FederationError as error:
            log.debug("parent of %s: %s", note.id, error)
    stored = await ingest.store_fetched(note, author)
    if budget.fetches > 0 and stored.quote_state == QuoteState.PENDING:
        network().start(try_quote(stored, note.quote_authorization), f"quote of {note.id}")
    return stored


async def try_quote(post: Post, stamp_uri: str | None) -> bool:
    """Get what a post from elsewhere quotes, and believe the quote when a stamp says that it is allowed.

    Returns: whether it is believed now, and was not before; what cannot be asked for stays pending
    """
    try:
        return await _see_quote(post, stamp_uri)
    except (FederationError, NotFound, Gone) as error:
        log.info("quote of %s: %s", post.uri, error)
        return False


async def _see_quote(quoting: Post, stamp_uri: str | None) -> bool:
    if quoting.quote_state != QuoteState.PENDING or quoting.local:
        return False
    if quoting.quote_of_id is None:
        await post(quoting.quote_uri, budget=Budget(1))
        quoting = await posts.get_unscoped_for_worker(quoting.id)
        if quoting.quote_state == QuoteState.ACCEPTED:
            return True
    if quoting.quote_of_id is None:
        return False
    quoted = await posts.get_unscoped_for_worker(quoting.quote_of_id)
    if quoted.local:  # many never ask (Misskey, Pleroma): what the post says decides, as if they had
        return await quotes_elsewhere.judge(quoting.id, quoted)
    if stamp_uri is None:
        return False
    author = await accounts.get(quoted.author_id)
    claim = Claim(quoting=quoting.uri, quoted=quoted.uri, author=author.uri)
    return await stamps.holds(stamp_uri, claim) and await quotes_elsewhere.accept(quoting.id, stamp_uri)


async def _read_again(uri: str) -> Post | None:
    note = ingest.read(await fetch(uri))
    author = await account(note.attributed_to)
    if await origins.put_right(note.id, author):
        return await ingest.store_fetched(note, author)
    draft = replace(await ingest.draft_of(note, author), edited_at=note.updated)
    await editing.receive_edit(author, draft)
    return await posts.find_by_uri_for_worker(note.id)


async def _fetch_account(uri: str) -> Account:
    await newcomers.admit(uri)
    return await take_account(await fetch(uri))


async def _ask_handle(acct: str) -> Account:
    asked = handles.parse(acct)
    if asked is None:
        raise Unbelievable(f"no handle: {acct}")
    answer = await handles.ask(asked)
    if is_ours(answer.actor):
        raise Unbelievable(f"{acct} points here")
    known = await accounts.find_by_uri(answer.actor)
    if known is not None and known.deleted_at is None and handles.is_named(known, answer.handle):
        return known
    return await take_account(await fetch(answer.actor), proven=answer)


async def _account_at(address: str) -> Account | None:
    document = await find(address)
    return await take_account(document) if is_actor(document) else None


async def _post_at(address: str) -> Post | None:
    document = await find(address)
    if is_activity(document):
        activity = read_activity(document, allow_http=allow_http())
        if isinstance(activity, Create | Announce) and activity.object.id is not None:
            return await post(activity.object.id, budget=Budget(ingest.PARENTS))
    if document.id is None or not is_note(document):
        return None
    known = await posts.find_by_uri_for_worker(document.id)
    return known or await take(document, Budget(ingest.PARENTS, {document.id}))


async def _id_of(work: Awaitable[Account | Post | None]) -> int | None:
    """The id of what was looked for; None for whatever goes wrong."""
    try:
        async with asyncio.timeout(handles.LOOK_UP_SECONDS):
            causes.ensure()
            found = await work
    except (FederationError, Malformed, Invalid, TimeoutError) as error:
        log.info("nothing found: %s", error)
        return None
    return None if found is None else int(found.id)
