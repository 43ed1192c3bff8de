"""The pages of those who run the server: the frame, roles, the audit log."""

from __future__ import annotations

import pytest

from echo.actions import roles
from echo.actions.roles import RoleDraft
from echo.kinds import Role
from echo.models import RoleRow
from echo.policy.roles import Permission, Staff
from tests.actions import people
from tests.actions.people import PASSWORD
from tests.web.browser import Browser


async def test_a_role_is_made_changed_and_deleted_on_pages(browser: Browser) -> None:
    await people.person("root", role=Role.ADMIN)
    await browser.log_in("root", PASSWORD)
    page = await browser.get("/admin/roles")
    assert page.status == 200
    assert '<a href="/admin/roles" aria-current="page">Roles</a>' in page.text
    assert 'value="MANAGE_REPORTS"' in page.text
    assert 'value="ADMINISTRATOR"' not in page.text, "only what their own role allows"
    form = page.form("/admin/roles")
    form.values.update({"name": "Gardener", "position": "5", "permissions[]": "MANAGE_REPORTS"})
    assert (await browser.submit(form)).location == "/admin/roles?done=made"
    made = await browser.get("/admin/roles?done=made")
    assert "The role is there." in made.text
    wrong = await browser.submit(form, name="", position="5")
    assert wrong.status == 422
    high = await browser.submit(form, name="High", position="500")
    assert "above your own role" in high.text
    path = str((await RoleRow.get(name="Gardener")).id)
    one = await browser.get(f"/admin/roles/{path}")
    assert "Gardener" in one.text
    gone = await browser.submit(one.form(f"/admin/roles/{path}"), do="delete")
    assert gone.location == "/admin/roles?done=deleted"
    everybody = await browser.get("/admin/roles/everybody")
    assert 'value="MANAGE_REPORTS"' not in everybody.text
    above = await browser.get("/admin/roles/3")
    assert "stands as high as yours" in above.text
    log = await browser.get("/admin/audit?deed=role.")
    assert "role.delete" in log.text
    assert "Gardener" in log.text
    assert "role.create" not in (await browser.get("/admin/audit?q=nobody")).text


async def test_the_side_bar_shows_what_a_role_may_open(browser: Browser) -> None:
    await people.person("mod", role=Role.MODERATOR)
    await people.person("alice")
    assert (await browser.get("/admin/roles")).location == "/login?next=%2Fadmin%2Froles"
    await browser.log_in("mod", PASSWORD)
    page = await browser.get("/admin/audit")
    assert page.status == 200
    assert 'href="/admin/roles"' not in page.text
    assert (await browser.get("/admin/roles")).status == 404


@pytest.mark.parametrize(
    ("permission", "first"),
    [
        (Permission.VIEW_FEEDS, ""),
        (Permission.DELETE_USER_DATA, ""),
        (Permission.INVITE_USERS, ""),
        (Permission.VIEW_DASHBOARD, "/admin"),
        (Permission.MANAGE_RULES, "/admin/texts"),
    ],
)
async def test_who_may_open_no_page_of_staff_is_not_led_there(
    browser: Browser, permission: Permission, first: str
) -> None:
    role = await roles.create(Staff.shell(), RoleDraft(name="Some", permissions=permission, position=5))
    alice = await people.person("alice")
    await roles.give(Staff.shell(), alice.id, role.id)
    await browser.log_in("alice", PASSWORD)
    assert ('href="/admin"' in (await browser.get("/account")).text) == bool(first)
    front = await browser.get("/admin")
    assert (front.status, front.location) == {"": (404, ""), "/admin": (200, "")}.get(first, (302, first))
    assert ('href="/admin"' in (await browser.get("/admin/nothing")).text) == bool(first)
