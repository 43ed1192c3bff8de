"""Block lists of others over the admin API, and how they are read."""

from __future__ import annotations

from datetime import timedelta

import pytest

from echo import clock
from echo.actions import block_list_changes, block_lists
from echo.actions.block_list_changes import Applied
from echo.kinds import BlockSeverity, Role
from echo.kinds_of_fences import ListAction
from echo.models import BlockList, BlockListChange, Job, ServerBlock, User
from echo.policy import block_lists as policy
from echo.policy.block_lists import Known
from echo.policy.fences import ServerRules
from echo.runtime import Runtime
from tests import fences, make
from tests.api.asking import Api
from tests.make import Person
from workers import servers
from workers.later import Later

BASE = "/api/v1/echo/admin/block_lists"
CSV = """#domain,#severity,#reject_media,#reject_reports,#public_comment,#obfuscate
bad.test,suspend,FALSE,FALSE,"spam, much",FALSE
loud.test,silence,TRUE,FALSE,,TRUE
b*d.test,suspend,,,,
example.org,noop,,,,
"""


@pytest.fixture
async def root(runtime: Runtime) -> Person:
    """Somebody who may do all this."""
    return await make.with_scopes(await make.person("root", role=Role.ADMIN), "admin:read", "admin:write")


async def blocks() -> dict[str, str]:
    return {block.domain: block.severity for block in await ServerBlock.all()}


async def test_a_list_is_looked_at_before_anything_is_blocked(api: Api, root: Person) -> None:
    alice, zoe = await make.person("alice"), await make.stranger("zoe", "in.bad.test")
    await make.follow(alice, zoe)
    await fences.block("loud.test", note="ours")
    for wrong in ({}, {"list": "b*d.test"}, {"list": "a.test", "severity": "harsh"}):
        await api.post(BASE, by=root, expect=422, form=wrong)
    refused = await api.post("/api/v1/admin/domain_blocks", by=root, expect=422, form={"domain": "b*d.test"})
    assert "a star only in front" in refused.json["error"]
    made = (await api.post(BASE, by=root, form={"list": CSV, "name": "Friends"})).json
    assert (made["name"], made["url"], made["entries"], made["changes"]) == ("Friends", None, 3, 2)
    assert "not as in b*d.test" in made["failure"]
    assert await blocks() == {"loud.test": "suspend"}, "nothing is made weaker, nothing done yet"
    one = f"{BASE}/{made['id']}"
    bad, noop = (await api.get(f"{BASE}/{made['id']}/changes", by=root)).json
    assert (bad["domain"], bad["action"], bad["severity"], bad["follows_lost"]) == (
        *("bad.test", "add", "suspend", 1),
    )
    assert (noop["domain"], noop["severity"], noop["follows_lost"]) == ("example.org", "noop", 0)
    assert (await api.post(f"{BASE}/{made['id']}/dismiss", by=root, json={"ids": [noop["id"]]})).json == {
        "count": 1
    }
    applied = await api.post(f"{BASE}/{made['id']}/apply", by=root, json={"ids": [bad["id"]]})
    assert applied.json == {"added": 1, "changed": 0, "removed": 0, "later": 0}
    assert await blocks() == {"loud.test": "suspend", "bad.test": "suspend"}
    assert (await api.get(f"{BASE}/{made['id']}", by=root)).json["blocks"] == 1
    assert (await api.get(BASE, by=root)).json[0]["changes"] == 0
    csv = (await api.get(f"{BASE}/export", by=root)).json["csv"]
    assert csv.splitlines()[1] == 'bad.test,suspend,false,false,"spam, much",false'
    assert {entry.domain for entry in policy.read(csv).entries} == set(await blocks())
    await api.post(f"{BASE}/{made['id']}/read", by=root, expect=404)
    assert (await api.delete(one, by=root, query={"with_blocks": True})).json == {"count": 1}
    assert await blocks() == {"loud.test": "suspend"}
    await api.get(one, by=root, expect=404)
    await api.get(f"{one}/changes", by=root, expect=404)


async def test_a_list_that_is_read_again_brings_and_takes_back(
    api: Api, root: Person, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = "https://lists.test/list.csv"
    served = ["a.test\nb.test\nc.test\nsub.ours.test\n"]

    async def fetch(address: str) -> str:
        assert address == url
        return served[0]

    monkeypatch.setattr(servers, "fetch", fetch)
    await fences.block("c.test", BlockSeverity.SILENCE)
    await fences.block("ours.test")
    for wrong in ({"url": "ftp://x.test/a"}, {"url": url, "interval_hours": "0"}):
        await api.post(BASE, by=root, expect=422, form=wrong)
    made = (await api.post(BASE, by=root, form={"url": url, "automatic": "true"})).json
    await api.post(BASE, by=root, expect=422, form={"url": url})
    number = int(made["id"])
    await servers.read_list(runtime, list_id=number)
    assert await blocks() == {
        "a.test": "suspend",
        "b.test": "suspend",
        "c.test": "suspend",
        "ours.test": "suspend",
    }
    listed = await BlockList.get(id=number)
    assert listed.due_at > clock.now() + timedelta(hours=23)

    served[0] = "a.test\nd.test\n"
    await servers.read_list(runtime, list_id=number)
    # What was blocked here before stays, though a list named it too.
    assert set(await blocks()) == {"a.test", "c.test", "d.test", "ours.test"}

    served[0] = "z.test\n"
    await servers.read_list(runtime, list_id=number)
    assert set(await blocks()) == {"a.test", "c.test", "d.test", "ours.test"}, "it drops all: somebody looks"
    waiting = (await api.get(f"{BASE}/{number}/changes", by=root)).json
    assert [(wish["domain"], wish["action"]) for wish in waiting] == [
        ("a.test", "remove"),
        ("d.test", "remove"),
        ("z.test", "add"),
    ]
    served[0] = "no list any more"
    await servers.read_list(runtime, list_id=number)
    shown = (await api.get(f"{BASE}/{number}", by=root)).json
    assert (shown["failure"], shown["changes"]) == ("it names no server", 3)

    put = (await api.put(f"{BASE}/{number}", by=root, form={"name": "L", "automatic": "false"})).json
    assert (put["name"], put["automatic"], put["retracts"]) == ("L", False, True)
    assert (await api.patch(f"{BASE}/{number}", by=root, form={"interval_hours": "48"})).json[
        "interval_hours"
    ] == 48
    assert (await api.post(f"{BASE}/{number}/read", by=root)).json["id"] == made["id"]
    done = (await api.post(f"{BASE}/{number}/apply", by=root, form={"all": "true"})).json
    assert done == {"added": 1, "changed": 0, "removed": 2, "later": 0}
    assert (await api.delete(f"{BASE}/{number}", by=root)).json == {"count": 0}
    assert set(await blocks()) == {"c.test", "ours.test", "z.test"}
    assert await ServerBlock.filter(list_id=None).count() == 3


async def test_of_a_long_list_a_job_does_the_rest_while_one_may(
    api: Api, root: Person, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(block_list_changes, "BATCH", 2)
    text = "".join(f"s{number}.test\n" for number in range(5))
    made = (await api.post(BASE, by=root, form={"list": text})).json
    path = f"{BASE}/{made['id']}"
    done = (await api.post(f"{path}/apply", by=root, form={"all": "true"})).json
    assert done == {"added": 2, "changed": 0, "removed": 0, "later": 3}
    job = await Job.get(name="servers.apply_list")
    arguments = dict(job.arguments)
    assert (arguments["account_id"], arguments["door"]) == (root.id, "api")
    await BlockListChange.create(
        list_id=int(made["id"]), domain="new.test", action="add", severity="suspend", created_at=clock.now()
    )
    with pytest.raises(Later):
        await servers.apply_list(runtime, **arguments)
    assert len(await blocks()) == 4
    await User.filter(id=root.id).update(role_id=Role.USER)
    await servers.apply_list(runtime, **arguments)
    assert len(await blocks()) == 4, "they may not any more"
    await User.filter(id=root.id).update(role_id=Role.ADMIN)
    await servers.apply_list(runtime, **arguments)
    assert set(await blocks()) == {f"s{number}.test" for number in range(5)}
    assert [wish.domain for wish in await BlockListChange.all()] == ["new.test"], "nobody agreed to that"
    assert await block_list_changes.apply_here(fences.SHELL, int(made["id"])) == Applied(added=1)


async def test_of_a_long_list_that_is_removed_a_job_takes_the_rest_back(
    api: Api, root: Person, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(block_list_changes, "BATCH", 2)
    made = (await api.post(BASE, by=root, form={"list": "a.test\nb.test\nc.test\nd.test\ne.test\n"})).json
    list_id = int(made["id"])
    await block_list_changes.apply_here(fences.SHELL, list_id)
    await BlockListChange.create(
        list_id=list_id, domain="new.test", action="add", severity="suspend", created_at=clock.now()
    )
    gone = await api.delete(f"{BASE}/{list_id}", by=root, query={"with_blocks": True})
    assert gone.json == {"count": 5}
    assert len(await blocks()) == 3
    assert not await BlockListChange.exists()
    arguments = dict((await Job.get(name="servers.end_list")).arguments)
    with pytest.raises(Later):
        await servers.end_list(runtime, **arguments)
    assert (await api.get(f"{BASE}/{list_id}", by=root)).json["blocks"] == 1
    await servers.end_list(runtime, **arguments)
    assert await blocks() == {}
    await api.get(f"{BASE}/{list_id}", by=root, expect=404)
    await servers.end_list(runtime, **arguments)


async def test_lists_are_asked_for_when_their_time_has_come(root: Person, runtime: Runtime) -> None:
    draft = block_lists.ListDraft(url="https://lists.test/a")
    made = await block_lists.subscribe(fences.SHELL, draft)
    await block_lists.fail(made.id, "away")
    await block_lists.ask_for_due()
    assert (await BlockList.get(id=made.id)).failure == "away"
    await BlockList.filter(id=made.id).update(due_at=clock.now() - timedelta(seconds=1))
    await block_lists.ask_for_due()
    assert (await BlockList.get(id=made.id)).due_at > clock.now()


def test_lists_are_read_in_every_form_that_is_published() -> None:
    for text, domains in (
        (CSV, ["bad.test", "loud.test", "example.org"]),
        ("\ufeffdomain,severity\na.test,silence\n", ["a.test"]),
        ("# remarks\n\na.test\nA.TEST.\n*.b.test\nlocalhost\n", ["a.test", "b.test"]),
        ("bücher.test", ["xn--bcher-kva.test"]),
        ('"broken', []),
    ):
        assert [entry.domain for entry in policy.read(text).entries] == domains, text
    loud = policy.read(CSV).entries[1]
    assert (loud.severity, loud.reject_media, loud.obfuscate) == (BlockSeverity.SILENCE, True, True)
    assert policy.read(CSV).skipped == 1
    evil = policy.Entry(domain="a.test", reason="=HYPERLINK()")
    assert "'=HYPERLINK()" in policy.write([evil])


def test_a_list_never_weakens_and_never_names_us() -> None:
    suspended, silent = (
        ServerRules(severity=BlockSeverity.SUSPEND),
        ServerRules(severity=BlockSeverity.SILENCE),
    )
    known = {
        "hard.test": Known(suspended, None),
        "soft.test": Known(silent, None),
        "theirs.test": Known(suspended, 7),
        "gone.test": Known(suspended, 7),
        "other.test": Known(suspended, 8),
    }
    entries = policy.read(
        "domain,severity\nhard.test,silence\nsub.hard.test,suspend\nsoft.test,suspend\ntheirs.test,silence\n"
        "new.test,\necho.test,suspend\ntest.example,suspend\n"
    ).entries
    wishes = policy.compare(
        entries,
        known,
        list_id=7,
        default=BlockSeverity.SUSPEND,
        retracts=True,
        never=frozenset({"echo.test", "social.test.example"}),
    )
    assert [(wish.action, wish.entry.domain) for wish in wishes] == [
        (ListAction.CHANGE, "soft.test"),
        (ListAction.CHANGE, "theirs.test"),
        (ListAction.ADD, "new.test"),
        (ListAction.REMOVE, "gone.test"),
    ]
