"""Invitations: one's own, and everybody's for those who look after them."""

from __future__ import annotations

from echo import cache
from echo.actions import roles
from echo.actions.roles import RoleChange
from echo.kinds import Role
from echo.policy.roles import Permission
from tests import fences, make
from tests.api.asking import Api

BASE = "/api/v1/echo/invites"
ALL = "/api/v1/echo/admin/invites"


async def test_members_invite_as_far_as_their_role_lets_them(api: Api) -> None:
    alice, bob = await make.person("alice"), await make.person("bob")
    form = {"max_uses": "3", "expires_in": "3600", "autofollow": "1", "comment": "for friends"}
    made = (await api.post(BASE, by=alice, form=form)).json
    assert made["url"] == f"https://echo.test/invite/{made['code']}"
    assert (made["max_uses"], made["uses"], made["autofollow"], made["open"]) == (3, 0, True, True)
    for wrong in (
        {"max_uses": "0"},
        {"max_uses": "many"},
        {"expires_in": "soon"},
        {"expires_in": "-5"},
        {"comment": "x" * 421},
    ):
        await api.post(BASE, by=alice, expect=422, form=wrong)
    assert (await api.get(BASE, by=alice)).json == [made]
    assert (await api.get(BASE, by=bob)).json == []
    await api.delete(f"{BASE}/{made['id']}", by=bob, expect=404)
    assert (await api.delete(f"{BASE}/{made['id']}", by=alice)).json == {}
    assert (await api.get(BASE, by=alice)).json[0]["open"] is False
    assert (await api.get("/api/v1/instance")).json["invites_enabled"] is True
    await roles.change(fences.SHELL, Role.USER, RoleChange(permissions=Permission(0)))
    cache.memory().forget("usage", lambda _: True)  # else it may be a minute old
    assert (await api.get("/api/v1/instance")).json["invites_enabled"] is False
    assert (await api.post(BASE, by=alice, expect=403)).json["error"] == "This action is not allowed"


async def test_those_who_look_after_all_see_and_end_them(api: Api) -> None:
    alice = await make.person("alice")
    root = await make.with_scopes(await make.person("root", role=Role.ADMIN), "admin:read", "admin:write")
    first, second, third = [(await api.post(BASE, by=alice)).json for _ in range(3)]
    await api.get(ALL, by=alice, expect=403)
    shown = (await api.get(ALL, by=root, query={"state": "open"})).json
    assert [invite["code"] for invite in shown] == [third["code"], second["code"], first["code"]]
    assert shown[0]["owner"] == "alice"
    await api.delete(f"{ALL}/{first['id']}", by=root)
    assert [i["code"] for i in (await api.get(ALL, by=root, query={"state": "closed"})).json] == [
        first["code"]
    ]
    await api.delete(f"{ALL}/999", by=root, expect=404)
    assert (await api.delete(ALL, by=root)).json == {"count": 2}
    assert (await api.get(ALL, by=root, query={"state": "open"})).json == []


async def test_an_invitation_without_bounds(api: Api) -> None:
    alice = await make.person("alice")
    for form in ({}, {"max_uses": "", "expires_in": ""}, {"expires_in": "0"}):
        made = (await api.post(BASE, by=alice, form=form)).json
        assert (made["max_uses"], made["expires_at"]) == (None, None)
