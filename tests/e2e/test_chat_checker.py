"""R-33: what is acknowledged is in a chat once, in the same order for all, and no stranger reads it."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import pytest
import redis
import requests

from echo.cli.common import Common, opened
from echo.embedded import find_engines
from tests import make
from tests.e2e.servers import Server, eventually, running

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900), pytest.mark.filterwarnings("ignore")]
CLIENTS, GROUPS, PAIRS, SECONDS = 20, 5, 30, 60.0
BASE = "/api/v1/echo/chats"


@pytest.fixture
def server() -> Iterator[Server]:
    with running("chats") as started:
        yield started


@dataclass
class Client:
    """Somebody who keeps asking until they are answered."""

    server: Server
    token: str
    account_id: str
    session: requests.Session = field(default_factory=requests.Session)
    # chat -> key -> (seq, text, whether it was taken back)
    said: dict[str, dict[str, tuple[int, str, bool]]] = field(default_factory=dict)
    marks: dict[str, int] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    def ask(self, method: str, path: str, *, key: str = "", **more: Any) -> requests.Response:
        """The answer, whatever dies meanwhile."""
        headers = {"Authorization": f"Bearer {self.token}"} | ({"Idempotency-Key": key} if key else {})
        deadline = time.monotonic() + 90
        while True:
            with suppress(requests.RequestException):
                answer = self.session.request(
                    method, self.server.url + path, headers=headers, timeout=20, **more
                )
                if answer.status_code < 500:
                    return answer
            assert time.monotonic() < deadline, f"{method} {path} is never answered"
            time.sleep(random.uniform(0.05, 0.4))

    def get(self, path: str, **query: Any) -> Any:
        answer = self.ask("GET", path, params=query)
        assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text}"
        return answer.json()

    def log(self, chat: str) -> list[dict[str, Any]]:
        """All that this client may read."""
        events: list[dict[str, Any]] = []
        while page := self.get(f"{BASE}/{chat}/events", after=events[-1]["seq"] if events else 0, limit=100):
            events += page
        return events

    def act(self, chat: str, number: int, may_leave: bool) -> None:
        """One thing at random."""
        said = self.said.setdefault(chat, {})
        kind = random.choices(["say", "edit", "delete", "read", "leave"], [60, 12, 6, 20, 2 * may_leave])[0]
        own = [key for key, (_, _, is_gone) in said.items() if not is_gone]
        if kind == "say" or (kind in ("edit", "delete") and not own):
            key, text = f"{self.account_id}-{number}", f"{self.account_id} says {number}"
            answer = self.ask("POST", f"{BASE}/{chat}/messages", key=key, json={"text": text})
            if answer.status_code == 200:
                said[key] = (answer.json()["seq"], text, False)
            elif answer.status_code != 403:
                self.wrong.append(f"send: {answer.status_code} {answer.text}")
        elif kind in ("edit", "delete"):
            key = random.choice(own)
            seq, text, _ = said[key]
            path = f"{BASE}/{chat}/messages/{seq}"
            if kind == "edit":
                answer = self.ask("PATCH", path, json={"text": f"{text}, edited {number}"})
                if answer.status_code == 200:
                    said[key] = (seq, f"{text}, edited {number}", False)
            else:
                answer = self.ask("DELETE", path)
                if answer.status_code in (200, 404):  # done by a request whose answer was lost
                    said[key] = (seq, "", True)
        elif kind == "read":
            answer = self.ask("POST", f"{BASE}/{chat}/read", json={})
            if answer.status_code == 200:
                self.note_mark(chat, answer.json()["me"]["read_seq"])
        else:
            self.ask("POST", f"{BASE}/{chat}/leave")

    def note_mark(self, chat: str, seq: int) -> None:
        if seq < self.marks.get(chat, 0):
            self.wrong.append(f"a watermark went back from {self.marks[chat]} to {seq}")
        self.marks[chat] = max(seq, self.marks.get(chat, 0))


def sign_up(server: Server) -> list[Client]:
    """Twenty people."""

    async def make_all() -> list[make.Person]:
        async with opened(Common(data=server.data)):
            return [await make.person(f"client{number}") for number in range(CLIENTS)]

    clients = [Client(server, person.token, str(person.id)) for person in asyncio.run(make_all())]
    for client in clients:
        client.ask("PATCH", f"{BASE}/preferences", json={"ask_first": False})
    return clients


def begin(clients: list[Client]) -> tuple[dict[str, list[Client]], set[str]]:
    """The chats with those who are in them from the beginning; which of them are groups."""
    chats: dict[str, list[Client]] = {}
    groups: set[str] = set()
    for number in range(GROUPS):
        members = random.sample(clients, 8)
        body = {"name": f"group {number}", "account_ids": [one.account_id for one in members[1:]]}
        chat = str(members[0].ask("POST", BASE, json=body).json()["id"])
        for member in members[1:]:
            assert member.ask("POST", f"{BASE}/{chat}/accept").status_code == 200
        chats[chat] = members
        groups.add(chat)
    pairs: set[tuple[int, int]] = set()
    while len(pairs) < PAIRS:
        one, other = sorted(random.sample(range(len(clients)), 2))
        pairs.add((one, other))
    for one, other in pairs:
        body = {"account_id": clients[other].account_id}
        chats[str(clients[one].ask("POST", BASE, json=body).json()["id"])] = [clients[one], clients[other]]
    return chats, groups


def disturb(server: Server, stop: threading.Event, done: Counter[str]) -> None:
    """Kill the API and workers, and empty Redis, at random; PostgreSQL and the streaming process too."""
    engines = find_engines(server.data)
    assert engines is not None
    waiting = ["worker", "postgres", "redis", "streaming", "web"]
    while not stop.wait(random.uniform(2.0, 5.0)):
        what = waiting.pop() if waiting else random.choice(["web", "worker", "redis"])
        done[what] += 1
        if what == "redis":
            with suppress(redis.RedisError):
                redis.Redis(unix_socket_path=str(engines.redis_socket)).flushall()
            continue
        with suppress(ProcessLookupError):
            if what == "postgres":
                os.kill(server.postmaster(), signal.SIGKILL)
                continue
            for pid in server.pids(what):
                os.kill(pid, signal.SIGKILL)


def check(chat: str, members: list[Client], strangers: list[Client]) -> int:
    """What everybody reads of a chat; how many messages that are."""
    logs = {client.account_id: client.log(chat) for client in members}
    for log in logs.values():
        seqs = [event["seq"] for event in log]
        assert seqs == list(range(seqs[0], seqs[0] + len(seqs))), "no hole, nothing twice"
    same: dict[int, tuple[str, str]] = {}
    for log in logs.values():
        for event in log:
            told = (event["kind"], event["id"])
            assert same.setdefault(event["seq"], told) == told, "the same order for all"
    acknowledged = 0
    for client in members:
        events = {event["seq"]: event for event in logs[client.account_id]}
        created = Counter(
            event["message"]["idempotency_key"]
            for event in events.values()
            if event["kind"] == "created" and event["account_id"] == client.account_id
        )
        for key, (seq, text, is_gone) in client.said.get(chat, {}).items():
            acknowledged += 1
            message = events[seq]["message"]
            assert created[key] == 1, "exactly once"
            assert message["text"] == text, (message, text)
            assert (message["deleted_at"] is not None) == is_gone
        left = [event["seq"] for event in events.values() if event["kind"] == "left"]
        if any(events[seq]["account_id"] == client.account_id for seq in left):
            assert max(events) == max(s for s in left if events[s]["account_id"] == client.account_id)
        client.note_mark(chat, client.get(f"{BASE}/{chat}")["me"]["read_seq"])
    for stranger in strangers:
        for tail in ("", "/events", "/messages", "/members", "/marks", "/pins"):
            assert stranger.ask("GET", f"{BASE}/{chat}{tail}").status_code == 404
    return acknowledged


def test_whatever_dies_chats_are_whole(server: Server) -> None:
    random.seed(os.urandom(8))
    clients = sign_up(server)
    chats, groups = begin(clients)
    stop, done = threading.Event(), Counter[str]()
    until = time.monotonic() + SECONDS

    def live(client: Client) -> int:
        mine = [chat for chat, members in chats.items() if client in members]
        number = 0
        while mine and time.monotonic() < until:
            number += 1
            chat = random.choice(mine)
            # Who began a group stays, so that it does not end.
            client.act(chat, number, chat in groups and chats[chat][0] is not client)
        return number

    disturber = threading.Thread(target=disturb, args=(server, stop, done))
    disturber.start()
    with ThreadPoolExecutor(CLIENTS) as pool:
        acts = sum(pool.map(live, clients))
    stop.set()
    disturber.join()
    eventually(lambda: requests.get(f"{server.url}/health/ready", timeout=5).ok, seconds=60)
    acknowledged = sum(
        check(chat, members, [client for client in clients if client not in members][:3])
        for chat, members in chats.items()
    )
    assert [client.wrong for client in clients if client.wrong] == []
    rebuilt = server.ctl("chats", "rebuild")
    assert rebuilt["changed"] == [], "everything follows from the logs"
    assert rebuilt["chats"] == GROUPS + PAIRS
    assert all(done[what] for what in ("web", "worker", "redis", "postgres", "streaming")), done
    print(f"{acts} acts, {acknowledged} messages acknowledged, {rebuilt['events']} events, {dict(done)}")
