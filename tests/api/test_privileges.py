"""Every privileged route x role x scope, generated from the routes: nothing is allowed that the mark of a
route does not allow. Ids that nobody has stand in the paths, so that what is allowed fails only afterwards.
"""

from __future__ import annotations

import re
from itertools import product

import pytest

from echo import clock
from echo.http.access import PERMISSION
from echo.kinds import Role
from echo.policy.roles import BUILT_IN, Permission, Seat
from echo.policy.scopes import covers
from tests import make
from tests.api.asking import Api
from tests.make import Person
from tests.routes import Route, all_routes

ADMIN = re.compile(r"/api/v\d/(echo/)?admin/")
pytestmark = pytest.mark.usefixtures("runtime")
REFUSED = {"error": "This action is not allowed"}
OUTSIDE = {"error": "This action is outside the authorized scopes"}
SCOPES = (
    ("read", "write", "follow", "push"),
    ("admin:read",),
    ("admin:write",),
    ("admin:read:reports", "admin:write:reports"),
    ("admin:read", "admin:write"),
)


def privileged() -> list[Route]:
    return [route for route in all_routes() if ADMIN.match(route.path)]


def test_every_privileged_route_names_a_permission_and_a_scope_of_admins() -> None:
    assert len(privileged()) > 120
    for route in privileged():
        kind, _, scopes = route.mark.partition(" ")
        assert kind == "needs", route
        assert scopes.split(), route
        verb = "admin:read" if route.method == "GET" else "admin:"
        assert all(scope.startswith(verb) for scope in scopes.split()), route
        assert isinstance(getattr(route.view, PERMISSION), Permission), f"{route.method} {route.path}"


def test_no_permission_stands_on_a_route_of_members() -> None:
    for route in all_routes():
        if route.path.startswith("/api/") and not ADMIN.match(route.path):
            assert getattr(route.view, PERMISSION, None) is None, route


async def test_nothing_is_allowed_that_the_table_does_not_allow(api: Api) -> None:
    people = {one.id: await make.person(role=one.id) for one in BUILT_IN}
    tokens = {
        (role, scopes): await make.with_scopes(person, *scopes)
        for (role, person), scopes in product(people.items(), SCOPES)
    }
    seats = {
        one.id: Seat(one.id, one.permissions | BUILT_IN[0].permissions, one.position) for one in BUILT_IN
    }
    wrong = []
    for route in privileged():
        path = re.sub(r"<[^>]+>", "987654321", route.path)
        assert (await _status(api, route, path, None)) == (401, None), route
        needed, permission = route.mark.partition(" ")[2].split(), getattr(route.view, PERMISSION)
        for (role, scopes), person in tokens.items():
            status, refusal = await _status(api, route, path, person)
            if not any(covers(scopes, scope) for scope in needed):
                expected = OUTSIDE
            elif not seats[role].may(permission):
                expected = REFUSED
            else:
                expected = None
            if expected != refusal or (expected is None and status in {401, 403}) or status >= 500:
                wrong.append((route.method, route.path, Role(role).name, scopes, status, refusal, expected))
    assert wrong == []


async def _status(api: Api, route: Route, path: str, by: Person | None) -> tuple[int, object]:
    """The status of a call without a body, and the refusal if it is one."""
    headers = {"Host": "echo.test"} | ({} if by is None else by.headers)
    response = await api.client.open(path, method=route.method, headers=headers)
    if response.status_code != 403:
        return response.status_code, None
    return 403, await response.get_json()


async def test_somebody_who_may_not_use_their_account_may_do_nothing(api: Api) -> None:
    """S-H20, for those who run the server: a suspended admin is nobody."""
    boss = await make.with_scopes(await make.person(role=Role.OWNER), "admin:read", "admin:write")
    await make.account_of(boss, suspended_at=clock.now())
    for route in privileged():
        path = re.sub(r"<[^>]+>", "987654321", route.path)
        status, _ = await _status(api, route, path, boss)
        assert status == 403, route
