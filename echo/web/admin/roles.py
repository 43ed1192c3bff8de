"""Roles: what those who work for this server may do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict

from quart import Blueprint, Response

from echo.actions import roles as actions
from echo.actions.roles import RoleChange, RoleDraft
from echo.errors import Forbidden, Invalid
from echo.http.params import Params
from echo.http.reading import read_id
from echo.kinds import Role
from echo.policy.roles import OF_MEMBERS, Permission
from echo.store import roles
from echo.web import visitor
from echo.web.admin.staff_page import by, done_at, login, show_staff, staff_page

blueprint = Blueprint("role_pages", __name__)
PATH = "/admin/roles"
NOTICES = {
    "made": "The role is there.",
    "changed": "The role is changed. Whoever has it may do other things now.",
    "deleted": "The role is gone. Who had it is like everybody.",
}
# In the words of the page.
PERMISSIONS: dict[Permission, str] = {
    Permission.ADMINISTRATOR: "Everything",
    Permission.VIEW_DASHBOARD: "See figures of this server",
    Permission.VIEW_DEVOPS: "See queues, storage and logs",
    Permission.VIEW_AUDIT_LOG: "See the audit log",
    Permission.VIEW_FEEDS: "Read timelines that are closed",
    Permission.MANAGE_REPORTS: "Settle reports",
    Permission.MANAGE_APPEALS: "Settle appeals",
    Permission.MANAGE_USERS: "Approve, limit and suspend people",
    Permission.MANAGE_USER_ACCESS: "Change log-ins of people",
    Permission.DELETE_USER_DATA: "Delete what people have here, at once",
    Permission.MANAGE_INVITES: "Manage invites",
    Permission.INVITE_USERS: "Invite people",
    Permission.INVITE_BYPASS_APPROVAL: "Invite people who need no approval",
    Permission.MANAGE_FEDERATION: "Block and allow other servers",
    Permission.MANAGE_BLOCKS: "Block e-mail domains and addresses",
    Permission.MANAGE_TAXONOMIES: "Review trends and hashtags",
    Permission.MANAGE_RULES: "Write the rules",
    Permission.MANAGE_SETTINGS: "Change settings and policies",
    Permission.MANAGE_ANNOUNCEMENTS: "Write announcements",
    Permission.MANAGE_CUSTOM_EMOJIS: "Manage emoji",
    Permission.MANAGE_WEBHOOKS: "Manage webhooks",
    Permission.MANAGE_ROLES: "Manage roles below their own",
    Permission.MANAGE_EMAIL_SUBSCRIPTIONS: "Manage subscriptions by e-mail",
}


@blueprint.get(PATH)
@staff_page(Permission.MANAGE_ROLES)
async def listing() -> Response:
    """All roles, the highest first, and a form for another."""
    return await _listing()


@blueprint.post(PATH)
@staff_page(Permission.MANAGE_ROLES)
async def create() -> Response:
    """Make a role."""
    given = await visitor.read_form()
    try:
        await actions.create(await by(), _draft(given))
    except Invalid as error:
        return await _listing(bad=error.public, draft=_draft(given))
    except Forbidden:
        return await _listing(bad=TOO_HIGH, draft=_draft(given))
    return done_at(PATH, "made")


@blueprint.get(f"{PATH}/<role>")
@staff_page(Permission.MANAGE_ROLES)
async def one(role: str) -> Response:
    """One role with what it allows."""
    return await _one(_number(role))


@blueprint.post(f"{PATH}/<role>")
@staff_page(Permission.MANAGE_ROLES)
async def change(role: str) -> Response:
    """Change or delete a role."""
    given, number = await visitor.read_form(), _number(role)
    try:
        if given.text("do", "") == "delete":
            await actions.delete(await by(), number)
            return done_at(PATH, "deleted")
        await actions.change(await by(), number, RoleChange(**asdict(_draft(given))))
    except Invalid as error:
        return await _one(number, bad=error.public)
    except Forbidden:
        return await _one(number, bad=TOO_HIGH)
    return done_at(PATH, "changed")


TOO_HIGH = "That is above your own role: its place must be lower, and it can allow only what yours allows."


async def _listing(*, bad: str = "", draft: RoleDraft | None = None) -> Response:
    return await show_staff(
        "roles.html",
        title="Roles",
        notices=NOTICES,
        bad=bad,
        roles=await roles.listing(),
        draft=draft or RoleDraft(),
        words=_offered((await login()).seat.may),
    )


async def _one(number: int, *, bad: str = "") -> Response:
    role = await roles.get(number)
    offered = _offered((await login()).seat.may)
    if number == Role.USER:
        offered = {bit: words for bit, words in offered.items() if bit & OF_MEMBERS}
    return await show_staff(
        "role.html",
        title=role.name or "Everybody",
        notices=NOTICES,
        bad=bad,
        role=role,
        is_everybody=number == Role.USER,
        is_owner=number == Role.OWNER,
        is_built_in=number in set(Role),
        is_above=(await login()).seat.rank <= role.position,
        draft=RoleDraft(
            name=role.name,
            color=role.color,
            permissions=Permission(role.permissions),
            position=role.position,
            highlighted=role.highlighted,
            require_2fa=role.require_2fa,
        ),
        words=offered,
    )


def _offered(may: Callable[[Permission], bool]) -> dict[Permission, str]:
    return {bit: words for bit, words in PERMISSIONS.items() if may(bit)}


def _draft(given: Params) -> RoleDraft:
    chosen = Permission(0)
    for name in given.list("permissions"):
        if name in Permission.__members__:
            chosen |= Permission[name]
    return RoleDraft(
        name=given.text("name", "").strip(),
        color=given.text("color", "").strip().lower(),
        permissions=chosen,
        position=given.integer("position", 0),
        highlighted=given.boolean("highlighted", default=False),
        require_2fa=given.boolean("require_2fa", default=False),
    )


def _number(role: str) -> int:
    return int(Role.USER) if role == "everybody" else read_id(role)
