"""`echoctl policies`: rules are made, changed, tried and taken away, and say what they do."""

from __future__ import annotations

from pathlib import Path

import pytest

from echo.errors import Disallowed, Invalid, NotFound
from echo.models import Policy, Post
from echo.policy.pipeline import catalogue
from tests import make
from tests.cli.conftest import Echoctl


async def test_every_kind_is_told_with_its_settings(echoctl: Echoctl) -> None:
    kinds = await echoctl("policies", "kinds", reads=True)
    assert {kind["name"] for kind in kinds} == set(catalogue.KINDS)
    assert all(kind["settings"] for kind in kinds)


async def test_a_policy_from_its_making_to_its_end(echoctl: Echoctl, tmp_path: Path) -> None:
    assert await echoctl("policies", "list", reads=True) == []
    words = tmp_path / "words.txt"
    words.write_text("casino\n\n  poker \n", encoding="utf-8")
    alice = await make.person("alice")
    made = await echoctl(
        *("policies", "add", "words", "--name", "No games", "--words", str(words)),
        *("--settings", '{"action": "reject"}', "--doors", "local, remote", "--only", "a.test,b.test"),
    )
    row = await Policy.get()
    assert (str(row.id), row.enabled, row.settings["words"]) == (made["id"], False, ["casino", "poker"])
    [listed] = await echoctl("policies", "list", reads=True)
    assert (listed["name"], sorted(listed["doors"]), sorted(listed["only_hosts"])) == (
        "No games",
        ["local", "remote"],
        ["a.test", "b.test"],
    )
    await make.post(alice, "off to the casino")  # it is off
    with pytest.raises(Invalid):
        await echoctl("policies", "add", "words", "--settings", "[]")
    with pytest.raises((Invalid, NotFound)):
        await echoctl("policies", "add", "nothing")
    await echoctl("policies", "delete", str(row.id))
    assert await echoctl("policies", "list", reads=True) == []
    with pytest.raises(NotFound):
        await echoctl("policies", "delete", str(row.id))


async def test_a_policy_is_changed_and_holds_at_once(echoctl: Echoctl, tmp_path: Path) -> None:
    alice = await make.person("alice")
    made = await echoctl(
        *("policies", "add", "words", "--settings", '{"action": "reject", "words": ["casino"]}', "--on"),
    )
    number = made["id"]
    with pytest.raises(Disallowed):
        await make.post(alice, "off to the casino")
    await echoctl("policies", "set", number, "--no-on")
    assert (await Policy.get()).settings["words"] == ["casino"]  # what was not given stays
    await make.post(alice, "off to the casino")
    words = tmp_path / "words.txt"
    words.write_text("poker\n", encoding="utf-8")
    await echoctl("policies", "set", number, "--on", "--words", str(words))
    settings = (await Policy.get()).settings
    assert (settings["words"], settings["action"]) == (["poker"], "reject")
    await make.post(alice, "the casino again")
    with pytest.raises(Disallowed):
        await make.post(alice, "poker, then")
    await echoctl("policies", "set", number, "--settings", '{"action": "hold"}')
    assert (await make.post(alice, "poker, then")).held
    with pytest.raises(NotFound):
        await echoctl("policies", "set", "999", "--on")


async def test_the_dry_run_tells_and_changes_nothing(echoctl: Echoctl) -> None:
    alice, bob = await make.person("alice"), await make.stranger("bob")
    await make.post(alice, "a casino here")
    await make.post(alice, "nothing of the kind")
    await make.remote_post(bob, "<p>a casino there</p>")
    made = await echoctl(
        *("policies", "add", "words", "--settings", '{"action": "reject", "words": ["casino"]}'),
    )
    number = made["id"]
    tried = await echoctl("policies", "try", number, reads=True)
    assert (tried["looked_at"], tried["reject"], tried["accept"]) == (3, 2, 1)
    local = await echoctl("policies", "try", number, "--posts", "local")
    assert (local["looked_at"], local["reject"]) == (2, 1)
    assert (await echoctl("policies", "try", number, "--posts", "remote"))["looked_at"] == 1
    assert (await echoctl("policies", "try", number, "--limit", "1"))["looked_at"] == 1
    # It is off: all that are on find nothing.
    assert (await echoctl("policies", "try", reads=True))["reject"] == 0
    await echoctl("policies", "set", number, "--on")
    assert (await echoctl("policies", "try"))["reject"] == 2
    assert await Post.filter(deleted_at=None, held="").count() == 3
