"""Whatever a member of a document is: the answer is 2xx or 4xx, one attempt, and neighbours are shown."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from echo import ports
from echo.kinds import InboundState
from echo.models import Account, InboundActivity
from tests import make
from tests.api.asking import Api
from tests.federation.mutations import WRONG, activities_of, paths, profile_of, replaced
from tests.federation.peer import Actor, Json, Peer
from tests.fediverse import Echo, settle_down

HERE = {"Host": "one.test"}


class Trial:
    """Alice with a post, who follows an honest neighbour and somebody who sends rubbish."""

    def __init__(self, one: Echo, peer: Peer, alice: make.Person, post: str) -> None:
        self.one, self.peer, self.alice, self.post = one, peer, alice, post
        self.neighbour = peer.person("neighbour", keys=2)
        self.sender = peer.person("sender")

    async def meet(self) -> None:
        for actor in (self.neighbour, self.sender):
            found = await ports.directory().account_by_iri(actor.id)
            await make.follow(self.alice, await Account.get(id=found))

    def fresh(self) -> dict[str, Json]:
        return activities_of(self.sender, self.alice.account.uri, self.post)

    def wrongly(self, kind: str, *, thorough: bool) -> Iterator[tuple[str, Json]]:
        """Activities of a kind, each with one thing wrong, and what that is."""
        for number, path in enumerate(paths(self.fresh()[kind])):
            for name in _chosen(number, thorough=thorough):
                yield f"{kind} {path} {name}", replaced(self.fresh()[kind], path, WRONG[name])

    async def send(self, actor: Actor, activity: Json) -> int:
        return (await actor.sends(self.one, activity)).status_code

    async def check(self) -> None:
        """Nothing is tried twice, nothing is dead; and what honest people write is shown among it."""
        await settle_down([self.one])
        for row in await InboundActivity.all():
            told = (row.uri, row.reason, row.last_error)
            assert row.state in (InboundState.DONE, InboundState.IGNORED), told
            assert row.attempts <= 1, told
            assert not row.last_error, told
        note = self.neighbour.note("good morning")
        assert await self.send(self.neighbour, self.neighbour.creates(note)) == 202
        await settle_down([self.one])
        home = await self.ask("timelines/home?limit=40")
        # Among the newest, not the newest: a post without a readable date counts from the moment it came, and
        # dates on the wire are of whole seconds.
        assert "<p>good morning</p>" in [post["content"] for post in home.many("Status")]
        (await self.ask("notifications?limit=80")).many("Notification")
        for account in await Account.filter(deleted_at=None):
            (await self.ask(f"accounts/{account.id}")).one("Account")
            (await self.ask(f"accounts/{account.id}/statuses?limit=40")).many("Status")

    async def ask(self, path: str) -> Json:
        api = Api(self.one.app.test_client())
        return await api.ask("GET", f"/api/v1/{path}", by=self.alice, headers=HERE)


def _chosen(number: int, *, thorough: bool) -> list[str]:
    """What is tried at a place: everything, or one thing, another one at the next."""
    names = list(WRONG)
    return names if thorough else [names[number % len(names)]]


@pytest.fixture
async def trial(one: Echo, peer: Peer) -> Trial:
    alice = await make.person("alice")
    trial = Trial(one, peer, alice, (await make.post(alice, "hello")).uri)
    await trial.meet()
    return trial


async def test_one_wrong_member_of_an_activity(trial: Trial) -> None:
    for kind in trial.fresh():
        for what, activity in trial.wrongly(kind, thorough=False):
            assert 200 <= await trial.send(trial.sender, activity) < 500, what
        await settle_down([trial.one])
    await trial.check()


async def test_one_wrong_member_of_an_actor(trial: Trial) -> None:
    await _meet_odd_people(trial, thorough=False)


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("kind", ["Create", "Update", "Update of an actor", "QuoteRequest", "others"])
async def test_every_wrong_member_of_an_activity(trial: Trial, kind: str) -> None:
    alone = ("Create", "Update", "Update of an actor", "QuoteRequest")
    for each in [kind] if kind in alone else [other for other in trial.fresh() if other not in alone]:
        for number, (what, activity) in enumerate(trial.wrongly(each, thorough=True)):
            assert 200 <= await trial.send(trial.sender, activity) < 500, what
            if number % 50 == 0:
                await settle_down([trial.one])
        await settle_down([trial.one])
    await trial.check()


@pytest.mark.slow
@pytest.mark.timeout(1200)
async def test_every_wrong_member_of_an_actor(trial: Trial) -> None:
    await _meet_odd_people(trial, thorough=True)


async def _meet_odd_people(trial: Trial, *, thorough: bool) -> None:
    """People are looked up whose documents have one thing wrong: known or not, nothing breaks."""
    template = profile_of(trial.peer.person("odd"))
    for number, path in enumerate(paths(template)):
        for name in _chosen(number, thorough=thorough):
            somebody = trial.peer.person(f"odd{number}{name}")
            trial.peer.serve(somebody.id, replaced(profile_of(somebody), path, WRONG[name]))
            await ports.directory().account_by_iri(somebody.id)
    await trial.check()
