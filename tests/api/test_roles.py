"""Roles: what they allow, who may change them, and that everything done with them is written down."""

from __future__ import annotations

import pytest

from echo.actions import invites, keys, machine, moderation, password_changes, roles, sign_up, user_access
from echo.actions.invites import InviteDraft
from echo.actions.roles import RoleChange, RoleDraft
from echo.actions.staff import Target, acting
from echo.errors import Forbidden
from echo.kinds import Role
from echo.models import AuditRow, RoleRow, User
from echo.policy.deeds import Deed
from echo.policy.roles import Permission, Seat, Staff
from echo.store import roles as store
from tests import make
from tests.actions import people
from tests.api.asking import Api
from tests.make import Person

pytestmark = pytest.mark.usefixtures("runtime")
BASE = "/api/v1/echo/admin"


async def staff(role: Role = Role.ADMIN, *scopes: str) -> Person:
    return await make.with_scopes(await make.person(role=role), *(scopes or ("admin:read", "admin:write")))


async def by(person: Person) -> Staff:
    return Staff(account_id=person.id, seat=await store.seat(person.id), address="192.0.2.9", door="api")


def test_what_a_seat_allows() -> None:
    owner, mod = Seat(3, Permission.ADMINISTRATOR, 1000), Seat(1, Permission.MANAGE_REPORTS, 10)
    assert owner.may(Permission.MANAGE_ROLES | Permission.VIEW_FEEDS)
    assert mod.may(Permission.MANAGE_REPORTS)
    assert not mod.may(Permission.MANAGE_REPORTS | Permission.MANAGE_USERS)
    assert owner.outranks(mod)
    assert not owner.outranks(owner)
    assert mod.is_staff
    assert not Seat(-99, Permission.INVITE_USERS, -1).is_staff


async def test_roles_are_made_changed_given_and_taken_away(api: Api) -> None:
    root, alice = await staff(), await make.person("alice")
    [owner, admin, mod, everybody] = (await api.get(f"{BASE}/roles", by=root)).json
    assert [owner["id"], admin["id"], mod["id"], everybody["id"]] == ["3", "2", "1", "-99"]
    assert (owner["permissions"], everybody["permissions"], admin["holders"]) == ("1", "65536", 1)
    wanted = {"name": "Gardener", "color": "#11aa22", "permissions": "16", "position": 5, "highlighted": True}
    made = (await api.post(f"{BASE}/roles", by=root, json=wanted)).json
    assert (made["name"], made["permissions"], made["position"]) == ("Gardener", "16", 5)
    await api.post(f"{BASE}/accounts/{alice.id}/role", by=root, json={"role_id": made["id"]})
    shown = (await api.get(f"/api/v1/accounts/{alice.id}")).json
    assert shown["roles"] == [{"id": made["id"], "name": "Gardener", "color": "#11aa22"}]
    own = (await api.get("/api/v1/accounts/verify_credentials", by=alice)).json["role"]
    assert (own["name"], own["permissions"]) == ("Gardener", str(16 | 65536))
    changed = await api.patch(f"{BASE}/roles/{made['id']}", by=root, json={"name": "Digger"})
    assert (changed.json["name"], changed.json["permissions"]) == ("Digger", "16")
    assert (await api.get(f"/api/v1/accounts/{alice.id}")).json["roles"][0]["name"] == "Digger"
    await api.delete(f"{BASE}/roles/{made['id']}", by=root)
    assert (await User.get(id=alice.id)).role_id == Role.USER
    await api.delete(f"{BASE}/roles/1", by=root, expect=422)
    log = (await api.get(f"{BASE}/audit", by=root)).json
    assert [one["deed"] for one in log] == [
        "role.delete", "role.change", "account.role", "role.create",
    ]  # fmt: skip
    assert (log[2]["target"]["name"], log[2]["details"]) == ("alice", {"role": "Gardener"})
    assert log[3]["details"]["permissions"] == ["MANAGE_REPORTS"]
    found = (await api.get(f"{BASE}/audit?deed=role.&q=arden&limit=1", by=root)).json
    assert [one["target"]["name"] for one in found] == ["Gardener"]


async def test_s_i03_nobody_rises_by_themselves(api: Api) -> None:
    root, peer = await staff(), await make.person(role=Role.ADMIN)
    for draft in (
        {"name": "High", "permissions": "16", "position": 100},
        {"name": "Mighty", "permissions": "1", "position": 5},
    ):
        await api.post(f"{BASE}/roles", by=root, json=draft, expect=403)
    await api.patch(f"{BASE}/roles/2", by=root, json={"permissions": "1"}, expect=403)
    await api.post(f"{BASE}/accounts/{root.id}/role", by=root, json={"role_id": "3"}, expect=403)
    await api.post(f"{BASE}/accounts/{peer.id}/role", by=root, json={"role_id": "-99"}, expect=403)
    everybody = await api.patch(f"{BASE}/roles/-99", by=root, json={"permissions": "16"}, expect=422)
    assert "not for everybody" in everybody.json["error"]
    assert await AuditRow.filter(refused=True).count() == 5
    assert await AuditRow.filter(refused=False).count() == 0


async def test_s_i03_scope_and_role_are_needed_both(api: Api) -> None:
    alice = await staff(Role.USER)
    refused = await api.get(f"{BASE}/roles", by=alice, expect=403)
    assert refused.json == {"error": "This action is not allowed"}
    narrow = await staff(Role.ADMIN, "read", "write")
    assert "scopes" in (await api.get(f"{BASE}/roles", by=narrow, expect=403)).json["error"]
    mod = await staff(Role.MODERATOR)
    await api.get(f"{BASE}/audit", by=mod)
    await api.get(f"{BASE}/roles", by=mod, expect=403)
    await api.post(f"{BASE}/accounts/{alice.id}/role", by=mod, json={"role_id": "1"}, expect=403)


async def test_s_i03_rank_counts_and_a_refused_try_is_written_down() -> None:
    root, mod, alice = await staff(), await staff(Role.MODERATOR), await make.person("alice")
    with pytest.raises(Forbidden):
        await moderation.suspend(await by(mod), root.id, is_suspended=True)
    await moderation.suspend(await by(mod), alice.id, is_suspended=True)
    refused, done = await AuditRow.all().order_by("id")
    assert (refused.refused, refused.deed, refused.target_id) == (True, "account.suspend", str(root.id))
    assert (done.refused, done.account_id, done.address) == (False, mod.id, "192.0.2.9")
    # The seat that a request came with is not believed: the role may be gone since.
    stale = await by(root)
    await User.filter(id=root.id).update(role_id=Role.USER)
    with pytest.raises(Forbidden):
        await roles.create(stale, RoleDraft(name="Late"))
    # Nor its rank, where the right is still there.
    low = await roles.create(
        Staff.shell(), RoleDraft(name="Low", permissions=Permission.MANAGE_ROLES, position=20)
    )
    await User.filter(id=root.id).update(role_id=low.id)
    for attempt in (
        roles.create(stale, RoleDraft(name="High", position=50)),
        roles.change(stale, low.id, RoleChange(name="Lower")),
        roles.give(stale, alice.id, low.id),
        roles.delete(stale, low.id),
    ):
        with pytest.raises(Forbidden):
            await attempt
    assert (await roles.create(stale, RoleDraft(name="Lower", position=19))).position == 19


async def test_a_change_of_a_role_leaves_what_others_changed(api: Api) -> None:
    root = await staff()
    draft = RoleDraft(name="Digger", permissions=Permission.MANAGE_REPORTS, position=5)
    made = await roles.create(await by(root), draft)
    await api.patch(f"{BASE}/roles/{made.id}", by=root, json={"color": "#112233"})
    await roles.change(await by(root), made.id, RoleChange(highlighted=True))
    kept = await RoleRow.get(id=made.id)
    assert (kept.name, kept.color, kept.position, kept.highlighted) == ("Digger", "#112233", 5, True)
    assert kept.permissions == int(Permission.MANAGE_REPORTS)
    last = await AuditRow.all().order_by("-id").first()
    assert last is not None
    assert last.details == {"highlighted": True}


async def test_what_fails_is_not_written_down() -> None:
    root = await staff()
    with pytest.raises(ZeroDivisionError):
        async with acting(await by(root), Deed.ROLE_CREATE, on=Target("role", 7, "seven")):
            raise ZeroDivisionError
    assert await AuditRow.all().count() == 0


async def test_what_the_shell_does_is_written_down() -> None:
    shell = Staff.shell()
    made = await sign_up.create_by_staff(
        shell, people.draft("newcomer"), role=Role.MODERATOR, is_confirmed=True
    )
    await password_changes.set_password(shell, made.id, "another horse entirely")
    await user_access.make_token(shell, made.id, ["read"])
    await invites.create_for(shell, made.id, InviteDraft())
    await keys.change_by_staff(shell, made.id)
    await machine.note(shell, Deed.BACKUP_TAKE, "/somewhere", {"media": True})
    written = await AuditRow.all().order_by("id")
    assert [one.deed for one in written] == [
        "account.create", "user.password", "user.token", "invite.create", "account.keys", "backup.take",
    ]  # fmt: skip
    assert {(one.door, one.account_id, one.refused) for one in written} == {("shell", None, False)}
    assert written[0].details == {"role": "Moderator", "confirmed": True}
    assert "horse" not in str([one.details for one in written])
    # Nobody makes an account that stands as high as their own.
    mod = await by(await make.person(role=Role.ADMIN))
    with pytest.raises(Forbidden):
        await sign_up.create_by_staff(mod, people.draft("another"), role=Role.ADMIN, is_confirmed=True)
