"""Looks for the posts of a thread: upwards first, then what its context names, else replies to replies.

What a collection holds is never believed: it names addresses. Each post is asked of its own server, and must
say itself that it belongs here. Embedded copies are not looked at.
"""

from __future__ import annotations

import asyncio
import logging
import time

from activitypub import iri
from activitypub.document import Document
from activitypub.errors import Malformed
from activitypub.objects import Collection, Note, ObjectRef
from activitypub.read import is_activity, is_collection, is_note, read_activity, read_collection
from echo.errors import EchoError, Unavailable
from echo.models import Post
from echo.store import posts, thread_fetches
from federation import fetch, ingest, newcomers, resolve
from federation.judge import is_same_origin
from federation.network import allow_http, is_ours
from federation.resolve import Budget
from federation.thread_plan import MOST_OF_POST, Do, Plan, Step

log = logging.getLogger(__name__)

AT_ONCE = 8
DEPTH = 4_096
KNOWN_POSTS = 200
CONTEXTS = 4


class Walk:
    """Shapes:  plan: changed as the walk goes on; post: the one that somebody opened"""

    def __init__(self, plan: Plan, post: Post) -> None:
        self._plan = plan
        self._post = post
        self._running: dict[asyncio.Task[None], Step] = {}

    @property
    def left(self) -> list[Step]:
        """What is not done: what is under way, and what follows."""
        return [*self._running.values(), *self._plan.steps]

    async def go_on(self, seconds: float) -> None:
        """Do steps for so long. What is under way then goes on."""
        end = time.monotonic() + seconds
        while (now := time.monotonic()) < end:
            while self._plan.steps and len(self._running) < AT_ONCE:
                step = self._plan.steps.pop(0)
                self._running[asyncio.create_task(self._do(step))] = step
            if not self._running:
                return
            await self._wait(end - now)

    async def land(self, seconds: float) -> None:
        """Let what is under way end; leave what takes longer for another time."""
        end = time.monotonic() + seconds
        try:
            while self._running and (now := time.monotonic()) < end:
                await self._wait(end - now)
        finally:
            self._plan.steps[:0] = self._running.values()
            for task in self._running:
                task.cancel()
            self._running.clear()

    async def _wait(self, seconds: float) -> None:
        done, _ = await asyncio.wait(self._running, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            del self._running[task]
            task.result()

    async def _do(self, step: Step) -> None:
        try:
            if step.do is Do.ABOVE:
                await self._climb(step)
            elif step.do is Do.OPEN:
                await self._open()
            elif step.do in (Do.PAGE, Do.CONTEXT):
                await self._read_page(step)
            else:
                await self._look_at(step)
        except Unavailable:
            raise
        except (EchoError, Malformed) as error:
            log.debug("thread of %s: %s %s: %s", self._post.uri, step.do, step.address, error)
            if step.do is Do.ABOVE:
                self._plan.steps.insert(0, Step(Do.OPEN))
        except Exception:
            log.exception("thread of %s: %s %s", self._post.uri, step.do, step.address)

    async def _climb(self, step: Step) -> None:
        """Get what the first known post answers, and again, until nothing is above it."""
        top = await thread_fetches.top_of(self._post.id, DEPTH)
        above = top["in_reply_to_uri"]
        if not above or is_ours(above) or top["uri"] == step.source or self._plan.climbs <= 0:
            self._plan.steps.insert(0, Step(Do.OPEN))
            return
        self._plan.climbs -= 1
        await resolve.post(above, budget=Budget(ingest.PARENTS))
        self._plan.steps.insert(0, Step(Do.ABOVE, source=top["uri"]))

    async def _open(self) -> None:
        """Ask the servers of the opened post and of the first one how they tell of the thread.

        Source:  FEP-f228: contextHistory, then context, then the tree of replies
        """
        top = await thread_fetches.top_of(self._post.id, DEPTH)
        ends = ((self._post.uri, self._post.local), (top["uri"], top["local"]))
        uris = [uri for uri, is_local in ends if not is_local]
        told = [found for uri in dict.fromkeys(uris) if (found := await self._ask(uri)) is not None]
        self._plan.seen.update(uris)
        names = [name for _, note in told for name in (note.context_history, note.context)]
        for address in list(dict.fromkeys(filter(None, names)))[:CONTEXTS]:
            if await self._has_context(address):
                return
        for document, note in told:
            self._look_below(document, note)
        post = await posts.get_unscoped_for_worker(self._post.id)
        for uri in await thread_fetches.open_elsewhere(post.thread_id, KNOWN_POSTS):
            self._plan.want(Do.POST, uri, "")

    async def _ask(self, uri: str) -> tuple[Document, Note] | None:
        try:
            document = await fetch.fetch(uri)
            return document, ingest.read(document)
        except EchoError as error:
            log.debug("thread of %s: %s", self._post.uri, error)
            return None

    async def _has_context(self, address: str) -> bool:
        """Whether a context leads to a collection that names posts; then its pages are in the plan."""
        if iri.find(address, allow_http=allow_http()) is None or is_ours(address):
            return False
        if f"{address}#page" in self._plan.seen or self._plan.pages <= 0:
            return False
        before = len(self._plan.steps)
        try:
            await newcomers.admit(address)
            collection = await self._front(address)
        except (EchoError, Malformed):
            return False
        self._take(collection, Step(Do.CONTEXT, address, address))
        return any(step.do is Do.LEAF for step in self._plan.steps[before:])

    async def _front(self, address: str) -> Collection:
        """A context with what it names, on its first page where it names nothing itself."""
        collection = _read(await self._page(address))
        first = collection.first
        if first is None or collection.items or first.document is not None or first.id is None:
            return collection
        if is_same_origin(first.id, address):
            return _read(await self._page(first.id))
        return collection

    async def _page(self, address: str) -> Document:
        self._plan.seen.add(f"{address}#page")
        self._plan.pages -= 1
        return await fetch.collection(address)

    async def _read_page(self, step: Step) -> None:
        self._take(_read(await fetch.collection(step.address)), step)

    def _take(self, collection: Collection, step: Step) -> None:
        """Plan to look at what a page names, and to turn it. Its pages lie where it lies."""
        do = Do.LEAF if step.do is Do.CONTEXT else Do.POST
        pages = [collection]
        inner = None if collection.first is None else collection.first.document
        if inner is not None and is_collection(inner):
            pages.append(_read(inner))
        named = [address for page in pages for item in page.items if (address := _post_in(item))]
        new = sum(self._plan.want(do, address, step.source) for address in named if not is_ours(address))
        following = pages[-1].next
        if len(pages) == 1 and collection.first is not None:
            following = following or collection.first.id
        if following is not None and is_same_origin(following, step.source):
            is_fruitless = not new and collection.kind.endswith("Page")
            self._plan.turn(step.do, following, step.source, step.fruitless + 1 if is_fruitless else 0)

    async def _look_at(self, step: Step) -> None:
        """Get a post if it is not known and belongs here; look at replies to it unless it is a leaf."""
        known = await posts.find_by_uri_for_worker(step.address)
        if known is not None and (step.do is Do.LEAF or known.local):
            return
        await newcomers.admit(step.address)
        document = await fetch.fetch(step.address)
        if is_activity(document):
            inner = read_activity(document, allow_http=allow_http()).object.id
            if inner is not None and not is_ours(inner):
                self._plan.want(step.do, inner, step.source)
            return
        if not is_note(document):
            return
        note = ingest.read(document)
        if known is None:
            if not _belongs(note, step):
                return
            await resolve.take(document, Budget(ingest.PARENTS, {note.id}))
        if step.do is Do.POST:
            self._look_below(document, note)

    def _look_below(self, document: Document, note: Note) -> None:
        """Plan to look at replies to a post. They are told of where the post lies."""
        inner = document.document("replies")
        if inner is not None and is_collection(inner):
            self._take(_read(inner), Step(Do.PAGE, note.replies or "", note.id))
        elif note.replies is not None and is_same_origin(note.replies, note.id):
            self._plan.turn(Do.PAGE, note.replies, note.id)


def _read(document: Document) -> Collection:
    """A collection or page, as much of it as may be looked at. Raises Malformed."""
    return read_collection(document, at_most=MOST_OF_POST, allow_http=allow_http())


def _post_in(item: ObjectRef) -> str | None:
    """The post that an item of a collection names: itself, or what an activity is about."""
    if item.document is not None and is_activity(item.document):
        return iri.find(item.document.reference("object"), allow_http=allow_http())
    return item.id


def _belongs(note: Note, step: Step) -> bool:
    """Whether a post says itself what the collection says of it: it could name anything."""
    if step.do is Do.POST:
        return step.source in ("", note.in_reply_to)
    return note.in_reply_to is not None or note.context == step.source
