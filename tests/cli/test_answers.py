"""Commands say what is so, also where there was nothing to do."""

from __future__ import annotations

from datetime import timedelta

import pytest

from echo import clock, db
from echo.actions import restraints, roles
from echo.actions.roles import RoleChange, RoleDraft
from echo.errors import Invalid
from echo.kinds import Role
from echo.kinds_of_moderation import StrikeKind
from echo.models import RoleRow
from echo.policy.roles import Permission, Staff
from tests.actions import people
from tests.cli.conftest import Echoctl


async def test_only_what_was_in_force_is_ended(echoctl: Echoctl) -> None:
    person = await people.person("alice")
    for command, kind in (("limit", "silence"), ("sensitise", "sensitive"), ("freeze", "disable")):
        nothing = {"ended": None, "account": "alice"}
        assert await echoctl("accounts", command, "alice", "--undo", reads=True) == nothing
        await echoctl("accounts", command, "alice")
        assert await echoctl("accounts", command, "alice", "--undo") == nothing | {"ended": kind}
        assert await echoctl("accounts", command, "alice", "--undo") == nothing
    assert not await restraints.end(Staff.shell(), person.id, StrikeKind.SUSPEND)
    await echoctl("accounts", "suspend", "alice")
    assert await restraints.end(Staff.shell(), person.id, StrikeKind.SUSPEND)


async def test_no_two_roles_have_one_name(echoctl: Echoctl) -> None:
    await echoctl("roles", "create", "Helpers", "--may", "manage_reports")
    for name in ("Helpers", "helpers ", "OWNER", "user"):
        with pytest.raises(Invalid, match="Name has already been taken"):
            await echoctl("roles", "create", name, "--may", "manage_reports")
    other = await roles.create(Staff.shell(), RoleDraft(name="Others", permissions=Permission.MANAGE_REPORTS))
    with pytest.raises(Invalid, match="Name has already been taken"):
        await roles.change(Staff.shell(), other.id, RoleChange(name="hELPERS"))
    assert (await roles.change(Staff.shell(), other.id, RoleChange(name="OTHERS"))).name == "OTHERS"


async def test_two_roles_that_share_a_name_go_on(echoctl: Echoctl) -> None:
    first, second = [
        await roles.create(Staff.shell(), RoleDraft(name=name, permissions=Permission.MANAGE_REPORTS))
        for name in ("Helpers", "Others")
    ]
    await RoleRow.filter(id=second.id).update(name="Helpers")
    changed = await roles.change(Staff.shell(), second.id, RoleChange(name="Helpers", position=3))
    assert (changed.name, changed.position) == ("Helpers", 3)
    await echoctl("roles", "delete", "helpers")
    left = [row["name"] for row in await echoctl("roles", "list", reads=True) if row["id"] not in set(Role)]
    assert left == ["Helpers"]
    assert not await RoleRow.exists(id=first.id)


async def test_what_is_not_due_yet_waits_for_no_time(echoctl: Echoctl) -> None:
    await db.execute(
        "INSERT INTO jobs (name, arguments, due_at, created_at) VALUES ('later', '{}', $1, now())",
        clock.now() + timedelta(hours=1),
    )
    [later] = [
        job for job in (await echoctl("queues", "status", reads=True))["jobs"] if job["name"] == "later"
    ]
    assert (later["waiting"], later["oldest_seconds"]) == (1, 0)


async def test_a_token_has_scopes_that_there_are(echoctl: Echoctl) -> None:
    await people.person("alice")
    for scopes in ("nonsense", "read all", " "):
        with pytest.raises(Invalid, match="are no scopes"):
            await echoctl("apps", "token", "alice", "--scopes", scopes)
    made = await echoctl("apps", "token", "alice", "--scopes", "read write:statuses")
    assert made["scope"] == "read write:statuses"
