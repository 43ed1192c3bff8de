"""A small server that means well, amidst harm: what it says is there once, what it is told it has."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.e2e.hostile import THIRD, Hostile, Mail
from tests.e2e.servers import Person, eventually
from tests.federation.peer import Json

# What a server that has too much to do may answer.
LATER = (429, 503)


class Honest:
    """Grace, the only one there. She follows whom she meets, and is followed by them.

    Shapes:  said: what she has said, as it is shown; told: ids of posts that those she follows have published
    """

    def __init__(self, house: Hostile) -> None:
        house.is_tame = True
        self._house = house
        self.grace = house.villain("grace", host=THIRD)
        self.said: list[str] = []
        self.told: set[str] = set()

    @property
    def handle(self) -> str:
        return f"grace@{self.grace.peer.host}"

    async def meet(self, mail: Mail, person: Person) -> None:
        """Both follow each other from then on."""
        uri = (await asyncio.to_thread(person.client.me))["uri"]
        found = await asyncio.to_thread(person.find, self.handle)
        await asyncio.to_thread(person.client.account_follow, found["id"])
        asked = await asyncio.to_thread(eventually, lambda: self._from(uri, "Follow"), seconds=300)
        await self._deliver(mail, self.grace.does("Accept", asked[0]))
        await self._deliver(mail, self.grace.does("Follow", uri))
        await asyncio.to_thread(eventually, lambda: self._from(uri, "Accept"), seconds=300)

    async def say(self, mails: list[Mail], text: str) -> None:
        """Say something to all followers; a server that cannot take it now gets it later."""
        create = self.grace.creates(self.grace.note(text))
        self.said.append(f"<p>{text}</p>")
        for mail in mails:
            await self._deliver(mail, create)

    def has_heard_all(self) -> bool:
        """Whether everything has come that was published for her."""
        posts = [one["object"] for one in self._house.taken if one["type"] == "Create"]
        return self.told <= {post["id"] for post in posts}

    def check(self, person: Person) -> None:
        """Everything that she has said is shown here, and once."""
        account = person.find(self.handle)

        def shown() -> list[str]:
            page = person.client.account_statuses(account["id"], limit=40)
            return [status["content"] for status in page]

        eventually(lambda: set(shown()) >= set(self.said), seconds=600)
        assert sorted(shown()) == sorted(self.said)

    async def _deliver(self, mail: Mail, activity: Json) -> None:
        while (status := await mail.send(self.grace, activity)) in LATER:
            await asyncio.sleep(0.5)
        assert status == 202, status

    def _from(self, uri: str, kind: str) -> list[Any]:
        return [one for one in self._house.taken if (one["type"], one["actor"]) == (kind, uri)]
