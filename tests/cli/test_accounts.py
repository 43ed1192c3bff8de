"""`echoctl accounts`: the last owner is kept, addresses can be written to, and the reason is said."""

from __future__ import annotations

import pytest

from echo.actions.owners import LAST
from echo.errors import Invalid
from echo.kinds import Role
from echo.models import Account, User
from tests.actions import people
from tests.cli.conftest import Echoctl


async def test_the_last_owner_is_kept(echoctl: Echoctl) -> None:
    owner = await people.person("root", role=Role.OWNER)
    for words in (
        ("delete", "root", "--yes"),
        ("suspend", "root"),
        ("freeze", "root"),
        ("remember", "root"),
        ("modify", "root", "--role", "admin"),
        ("modify", "root", "--no-enable"),
    ):
        with pytest.raises(Invalid) as refused:
            await echoctl("accounts", *words)
        assert refused.value.public == LAST, words
    shown = await echoctl("accounts", "show", "root", reads=True)
    assert (shown["role"], shown["disabled"], shown["suspended"]) == ("Owner", False, False)
    await people.person("sister")
    # The way that the reason names.
    await echoctl("accounts", "modify", "sister", "--role", "owner")
    await echoctl("accounts", "delete", "root", "--yes")
    assert (await Account.get(id=owner.id)).deleted_at is not None


async def test_an_address_that_is_none_or_taken_is_refused(echoctl: Echoctl) -> None:
    alice, bob = await people.person("alice"), await people.person("bob")
    for address, reason in (
        ("alice", "is not a valid e-mail address"),
        ("", "can't be blank"),
        (bob.email.upper(), "has already been taken"),
    ):
        with pytest.raises(Invalid, match=reason):
            await echoctl("accounts", "modify", "alice", "--email", address)
        assert (await User.get(id=alice.id)).email == alice.email
    for address in (alice.email.upper(), "new@mail.test"):
        await echoctl("accounts", "modify", "alice", "--email", address)
        assert (await User.get(id=alice.id)).email_key == address.lower()
