"""Plays what a server of another make sends: the documents of `tests/wire/<server>`, step by step.

What the documents and steps may hold stands in `tests/wire/README.md`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from activitypub.webfinger import find_handle
from echo.actions import follows
from echo.actions.drafts import PollDraft
from echo.kinds import InboundState
from echo.models import Account, Follow, InboundActivity, Post
from echo.store import accounts, posts
from federation import resolve
from tests import make
from tests.api.asking import Api
from tests.federation.peer import Actor, Peer, jrd, key_pair
from tests.fediverse import Echo, Router, settle_down

WIRE = Path(__file__).parents[1] / "wire"
SERVERS = sorted(folder.name for folder in WIRE.iterdir() if folder.is_dir())
HERE = {"Host": "one.test"}
Json = Any


def steps_of(server: str) -> list[dict[str, Json]]:
    """What is done, in order, and what is to come of it."""
    steps: list[dict[str, Json]] = json.loads((WIRE / server / "steps.json").read_text())
    return steps


@dataclass
class Stage:
    """Alice's server, and those who talk to it."""

    one: Echo
    router: Router
    folder: Path
    alice: make.Person
    words: dict[str, str]
    actors: dict[str, Json] = field(default_factory=dict)
    peers: dict[str, Peer] = field(default_factory=dict)

    @property
    def api(self) -> Api:
        return Api(self.one.app.test_client())

    async def play(self, step: Mapping[str, Json]) -> None:
        """Do one step, and see what came of it."""
        document = self.document(step["file"])
        if "by" in step:
            await self.deliver(document, self.actors[step["by"]], str(step.get("reason", "")))
        elif step.get("is_actor"):
            await self.meet(step, document)
        else:
            self.serve(document)
        if step.get("is_fetched"):
            await resolve.post(document["id"], budget=resolve.Budget(5))
        for uri, wanted in self.put_in(step.get("posts", {})).items():
            await self.see_post(uri, wanted)
        for uri, wanted in self.put_in(step.get("accounts", {})).items():
            await self.see_account(uri, wanted)
        if "state" in step:
            assert await self.follow_state(document) == step["state"]

    def document(self, name: str) -> Json:
        """A document, with what stands for something put in."""
        text = (self.folder / name).read_text()
        return self.put_in(json.loads(text.replace('"PEM"', json.dumps(key_pair(1).public_pem))))

    def put_in(self, value: Json) -> Json:
        """The value with what Alice has here in the place of its words."""
        text = json.dumps(value)
        for word in sorted(self.words, key=len, reverse=True):
            text = text.replace(f"https://one.test/{word}", self.words[word])
        return json.loads(text)

    def serve(self, document: Json) -> Peer:
        """Let the host of a document serve it."""
        peer = self.peer(urlsplit(document["id"]).netloc)
        peer.serve(document["id"], document)
        return peer

    def peer(self, host: str) -> Peer:
        if host not in self.peers:
            self.peers[host] = Peer(self.router, host)
        return self.peers[host]

    async def meet(self, step: Mapping[str, Json], document: Json) -> None:
        """Look an actor up by handle, and have Alice follow it."""
        peer = self.serve(document)
        name = step.get("handle") or f"{document['preferredUsername']}@{peer.host}"
        handle = find_handle(name)
        assert handle is not None, name
        self.peer(handle.host).pages[f"/.well-known/webfinger?resource=acct:{handle}"] = jrd(
            f"acct:{handle}", document["id"]
        )
        self.actors[step["file"]] = document
        found = await resolve.Directory().account_by_handle(handle.user, handle.host)
        assert found is not None, f"{handle} is not found"
        if step.get("is_followed", True):
            asked = await follows.follow(self.alice.id, found)
            self.words["FOLLOW"] = asked.uri
            await settle_down([self.one])

    async def deliver(self, document: Json, sender: Json, reason: str) -> None:
        """Deliver to the shared inbox, and process: at once, and for the reason that is expected."""
        keys = sender["publicKey"]
        key = keys[0] if isinstance(keys, list) else keys
        actor = Actor(self.peer(urlsplit(sender["id"]).netloc), "", key_pair(1))
        before = await InboundActivity.all().count()
        answer = await actor.sends(self.one, document, key_id=key["id"])
        assert answer.status_code == 202, answer.content
        await settle_down([self.one])
        row = await InboundActivity.all().order_by("-id").first()
        assert row is not None
        assert await InboundActivity.all().count() == before + 1
        assert (row.last_error, row.attempts <= 1) == ("", True)
        assert row.state == (InboundState.IGNORED if row.reason else InboundState.DONE)
        assert row.reason == reason

    async def see_post(self, uri: str, wanted: Json) -> None:
        """Look at a post as Alice sees it; null: it is not there."""
        found = await posts.find_by_uri_for_worker(uri)
        if wanted is None:
            assert found is None, uri
            return
        assert found is not None, f"{uri} is not there"
        answer = await self.ask(f"/api/v1/statuses/{found.id}")
        expect(wanted, answer.one("Status"), uri)

    async def see_account(self, uri: str, wanted: Json) -> None:
        """Look at an account as Alice sees it; null: it is gone."""
        found = await accounts.find_by_uri(uri)
        assert found is not None, uri
        if wanted is None:
            assert found.deleted_at is not None, uri
            return
        answer = await self.ask(f"/api/v1/accounts/{found.id}")
        expect(wanted, answer.one("Account"), uri)

    async def follow_state(self, activity: Json) -> str:
        """How far the sender's follow of Alice has come; empty: there is none."""
        follower = await accounts.find_by_uri(activity["actor"])
        assert follower is not None
        found = await Follow.get_or_none(follower_id=follower.id, followee_id=self.alice.id)
        return "" if found is None else found.state

    async def ask(self, path: str) -> Json:
        return await self.api.ask("GET", path, by=self.alice, headers=HERE)

    async def look_around(self) -> None:
        """Everything that was stored can be listed and shown."""
        for path in ("timelines/home", "timelines/public", "conversations", "notifications"):
            entity = {"conversations": "Conversation", "notifications": "Notification"}.get(path, "Status")
            (await self.ask(f"/api/v1/{path}")).many(entity)
        there = await Account.filter(deleted_at=None)
        for account in there:
            (await self.ask(f"/api/v1/accounts/{account.id}")).one("Account")
            (await self.ask(f"/api/v1/accounts/{account.id}/statuses")).many("Status")
        for post in await Post.filter(deleted_at=None, boost_of_id=None, author_id__in=[a.id for a in there]):
            (await self.ask(f"/api/v1/statuses/{post.id}/context")).one("Context")


async def open_stage(one: Echo, router: Router, server: str) -> Stage:
    """Alice with a post and a poll, known by their words."""
    alice = await make.person("alice")
    post = await make.post(alice, "something to answer")
    poll = await make.post(alice, "which?", poll=PollDraft(options=("red", "blue"), duration_seconds=86_400))
    words = {"ALICE": alice.account.uri, "POST": post.uri, "POLL": poll.uri}
    return Stage(one, router, WIRE / server, alice, words)


def expect(wanted: Json, found: Json, where: str) -> None:
    """Compare what is expected: of objects the members named, of lists each item, of "~text" a part."""
    if isinstance(wanted, dict):
        assert isinstance(found, dict), f"{where}: {found!r}"
        for key, value in wanted.items():
            assert key in found, f"{where}: no {key}"
            expect(value, found[key], f"{where} {key}")
    elif isinstance(wanted, list):
        assert isinstance(found, list), f"{where}: {found!r}"
        assert len(found) == len(wanted), f"{where}: {found!r}"
        for number, (one, other) in enumerate(zip(wanted, found, strict=True)):
            expect(one, other, f"{where} {number}")
    elif isinstance(wanted, str) and wanted.startswith("~"):
        for part in wanted[1:].split(" ~"):
            assert part in found, f"{where}: {found!r} has no {part!r}"
    else:
        assert found == wanted, f"{where}: {found!r}, not {wanted!r}"
