"""R-36 for chats and rooms: what a client shows, changed by events, is what it would be shown if it asked."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import msgspec
import pytest
from quart.typing import TestClientProtocol as Client

from echo import clock
from echo.actions import (
    chat_copies,
    chat_groups,
    chat_marks,
    chat_messages,
    chat_wishing,
    room_members,
    rooms,
)
from echo.actions.chat_copies import FarEvent
from echo.actions.chat_messages import MessageDraft
from echo.actions.rooms import RoomDraft
from echo.errors import EchoError
from echo.kinds import RoomRole
from echo.kinds_of_chats import ChatEventKind, ChatRole
from echo.models import Chat, ChatMessage
from echo.render import chat_message
from echo.runtime import Runtime
from echo.store import chat_wishes
from tests import make
from tests.make import Person

BASE, ROOMS = "/api/v1/echo/chats", "/api/v1/echo/rooms"

# What the stories must have said, all of it (tests/laws/test_live_events.py).
SAID_OF_CHATS = {"chat", "chat.marks", "chat.hidden", "chat.refused", "room"}


@dataclass
class Screen:
    """What a client of somebody shows of one group and one room."""

    client: Client
    owner: Person
    chat: int
    room: int
    place: str = ""
    name: str = ""
    messages: dict[int, Any] = field(default_factory=dict)
    members: dict[str, tuple[str, str]] = field(default_factory=dict)
    marks: dict[str, tuple[int, int]] = field(default_factory=dict)
    shown_room: dict[str, Any] = field(default_factory=dict)
    heard: set[str] = field(default_factory=set)

    async def get(self, path: str) -> Any:
        answer = await self.client.get(path, headers=self.owner.headers)
        assert answer.status_code == 200, await answer.get_data(as_text=True)
        return await answer.get_json()

    async def asked(self) -> tuple[Any, ...]:
        path = f"{BASE}/{self.chat}"
        said, there = await self.get(f"{path}/messages?limit=100"), await self.get(f"{path}/members")
        marks, room = await self.get(f"{path}/marks"), await self.get(f"{ROOMS}/{self.room}")
        return (
            (await self.get(path))["name"],
            {one["seq"]: one for one in said},
            {one["account"]["id"]: (one["role"], one["state"]) for one in there},
            {one["account_id"]: (one["delivered_seq"], one["read_seq"]) for one in marks},
            room,
        )

    async def begin(self) -> None:
        answer = await self.get("/api/echo/events")
        self.place = f"after={answer['cursor']}&epoch={answer['epoch']}"
        self.name, self.messages, self.members, self.marks, self.shown_room = await self.asked()

    async def read(self) -> list[Any]:
        answer = await self.get(f"/api/echo/events?{self.place}&limit=200")
        assert (answer["gap"], answer["more"]) == (None, False)
        self.place = f"after={answer['cursor']}&epoch={answer['epoch']}"
        self.heard |= {event["event"] for event in answer["events"]}
        return list(answer["events"])

    async def catch_up(self) -> None:
        for event in await self.read():
            if event["event"] == "chat":
                self.heard.add(event["data"]["kind"])
                self.apply(event["data"])
            elif event["event"] == "chat.marks":
                mark = event["data"]
                self.marks[mark["account_id"]] = (mark["delivered_seq"], mark["read_seq"])
            elif event["event"] == "chat.hidden":
                self.messages.pop(event["data"]["message_seq"], None)
            elif event["event"] == "room":
                self.shown_room = event["data"]

    def apply(self, event: dict[str, Any]) -> None:
        about = event["member_id"] or event["account_id"]
        message = event["message"]
        if message is not None and message["deleted_at"]:
            self.messages.pop(message["seq"], None)
        elif message is not None:
            self.messages[message["seq"]] = message
        if event["kind"] in (ChatEventKind.CREATED, ChatEventKind.JOINED):
            # Who writes or comes in has read what is above, without a mark that says so.
            got, read = self.marks.get(about, (0, 0))
            self.marks[about] = (max(got, event["seq"]), max(read, event["seq"]))
        match event["kind"]:
            case ChatEventKind.RENAMED:
                self.name = event["name"]
            case ChatEventKind.INVITED:
                self.members[about] = ("member", "invited")
            case ChatEventKind.JOINED:
                self.members[about] = (event["role"] or "member", "active")
            case ChatEventKind.ROLE:
                self.members[about] = (event["role"], "active")
            case ChatEventKind.LEFT | ChatEventKind.REMOVED:
                self.members.pop(about, None)
                self.marks.pop(about, None)

    async def check(self, said: list[str]) -> None:
        name, messages, members, marks, room = await self.asked()
        why = "\n".join(said)
        assert (self.name, self.members) == (name, members), why
        # How far others are makes the state of one's own messages: the client has it of the marks.
        for shown in (*self.messages.values(), *messages.values()):
            shown.pop("state", None)
        assert self.messages == messages, why
        assert self.marks == marks, why
        assert self.shown_room == room, why


@dataclass
class Play:
    """What happens, chosen by chance."""

    chance: random.Random
    reader: Person
    people: list[Person]
    chat: int
    room: int

    async def step(self) -> str:
        acts: tuple[Callable[[Person], Awaitable[object]], ...] = (
            *(self.say, self.say, self.edit, self.delete, self.react, self.pin, self.rename, self.come),
            *(self.go, self.put_out, self.appoint, self.read, self.enter_room, self.raise_hand, self.mute),
            *(self.hide, self.read),
        )
        act, who = self.chance.choice(acts), self.chance.choice(self.people)
        try:
            await act(who)
        except EchoError as refused:
            return f"{act.__name__}: {refused}"
        return f"{act.__name__} {who.account.username}"

    async def message(self, *author: Person) -> int:
        rows = await ChatMessage.filter(chat_id=self.chat, deleted_at=None).order_by("seq")
        own = [row.seq for row in rows if not author or row.author_id == author[0].id]
        return self.chance.choice(own or [1])

    async def say(self, who: Person) -> None:
        await chat_messages.send(who.id, self.chat, MessageDraft(text=f"tea {self.chance.random()}"))

    async def edit(self, who: Person) -> None:
        await chat_messages.edit(who.id, self.chat, await self.message(who), f"more {self.chance.random()}")

    async def delete(self, who: Person) -> None:
        await chat_messages.delete(who.id, self.chat, await self.message(who))

    async def hide(self, _: Person) -> None:
        await chat_marks.hide_message(self.reader.id, self.chat, await self.message())

    async def react(self, who: Person) -> None:
        is_there = self.chance.random() < 0.7
        await chat_messages.react(who.id, self.chat, await self.message(), "🎉", is_there=is_there)

    async def pin(self, _: Person) -> None:
        is_pinned = self.chance.random() < 0.7
        await chat_messages.pin(self.reader.id, self.chat, await self.message(), is_pinned=is_pinned)

    async def rename(self, _: Person) -> None:
        await chat_groups.rename(self.reader.id, self.chat, f"Tea {self.chance.random()}")

    async def come(self, who: Person) -> None:
        await chat_groups.invite(self.reader.id, self.chat, who.id)
        if self.chance.random() < 0.8:
            await chat_groups.enter(who.id, self.chat)

    async def go(self, who: Person) -> None:
        await chat_groups.leave(who.id, self.chat)

    async def put_out(self, who: Person) -> None:
        await chat_groups.remove(self.reader.id, self.chat, who.id)

    async def appoint(self, who: Person) -> None:
        role = self.chance.choice((ChatRole.ADMIN, ChatRole.MEMBER))
        await chat_groups.appoint(self.reader.id, self.chat, who.id, role)

    async def read(self, who: Person) -> None:
        await chat_marks.read(who.id, self.chat, await self.message())

    async def enter_room(self, who: Person) -> None:
        await room_members.join(who.id, self.room)

    async def raise_hand(self, who: Person) -> None:
        await room_members.raise_hand(who.id, self.room, raised=self.chance.random() < 0.7)

    async def mute(self, who: Person) -> None:
        if self.chance.random() < 0.5:
            await room_members.leave(who.id, self.room)
        else:
            await room_members.set_role(self.reader.id, self.room, who.id, RoomRole.LISTENER)


async def play(client: Client, seed: int, steps: int) -> set[str]:
    """Returns: the events that were heard, and the kinds of those of logs."""
    chance = random.Random(seed)
    reader, people = await make.person("reader"), [await make.person() for _ in range(3)]
    for person in people:
        await make.follow(person, reader)
    chat = (await chat_groups.create(reader.id, "Tea", [person.id for person in people])).id
    room = await rooms.create(reader.id, RoomDraft(title="Tea"))
    for person in people:
        await chat_groups.enter(person.id, chat)
    await room_members.join(reader.id, room)
    screen, story = Screen(client, reader, chat, room), Play(chance, reader, people, chat, room)
    await screen.begin()
    said = [f"seed {seed}"]
    for number in range(steps):
        said.append(await story.step())
        if chance.random() < 0.3 or number == steps - 1:
            await screen.catch_up()
            await screen.check(said)
    return screen.heard


async def test_a_short_story(runtime: Runtime, client: Client) -> None:
    heard = await play(client, seed=1, steps=90)
    assert SAID_OF_CHATS - {"chat.refused"} | {"created", "renamed", "joined"} <= heard


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2, 8))
async def test_r_36_long_stories_in_chats(runtime: Runtime, client: Client, seed: int) -> None:
    await play(client, seed=seed, steps=250)


async def test_what_a_group_elsewhere_takes_and_what_it_refuses(runtime: Runtime, client: Client) -> None:
    """The law for what waits: said, taken or refused there, put away, in any order."""
    chance = random.Random(4)
    reader, home = await make.person("reader"), await make.stranger("home", accepts_groups=True)
    uri = "https://peer.test/ap/chats/1"

    async def happens(seq: int, kind: ChatEventKind, by: int, **more: Any) -> None:
        event = FarEvent(chat_uri=uri, seq=seq, kind=kind, actor_id=by, at=clock.now(), **more)
        assert await chat_copies.receive(home, event)

    roster = [(home.id, "owner"), (reader.id, "member")]
    await happens(1, ChatEventKind.INVITED, home.id, subject_id=reader.id, name="Tea", roster=roster)
    await happens(2, ChatEventKind.JOINED, reader.id, roster=roster)
    chat, seq = (await Chat.get(uri=uri)).id, 2
    screen = Screen(client, reader, chat, await rooms.create(reader.id, RoomDraft(title="Tea")))
    shown: dict[str, Any] = {}
    await screen.begin()
    for number in range(60):
        failed = [one["id"] for one in shown.values() if one["state"]["name"] == "failed"]
        sending = [one["id"] for one in shown.values() if one["id"] not in failed]
        act = chance.choice(("say", "say", "take", "refuse", "put away"))
        if act == "say":
            said = await chat_messages.send(reader.id, chat, MessageDraft(text="tea", key=f"k{number}"))
            answer = chat_message.waiting([await chat_wishes.find(reader.id, said.id)])[0]
            shown[str(said.id)] = msgspec.to_builtins(answer)
        elif act == "put away" and failed:
            await chat_wishing.put_away(reader.id, int(failed[0]))
            del shown[failed[0]]
        elif act == "refuse" and sending:
            assert await chat_wishing.refused(home, uri, reader.id, int(chance.choice(sending)), "no")
        elif act == "take" and sending:
            seq += 1
            key = shown[chance.choice(sending)]["idempotency_key"]
            await happens(seq, ChatEventKind.CREATED, reader.id, text="tea", html="<p>tea</p>", key=key)
        for event in await screen.read():
            if event["event"] == "chat.refused":
                shown[event["data"]["id"]] = event["data"]
            elif event["event"] == "chat" and event["data"]["message"]:
                key = event["data"]["message"]["idempotency_key"]
                shown = {id_: one for id_, one in shown.items() if one["idempotency_key"] != key}
        assert list(shown.values()) == await screen.get(f"{BASE}/{chat}/waiting"), number
    assert "chat.refused" in screen.heard
