"""Every route against every kind of caller, by the mark that it carries."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest

from echo.actions import moderation
from echo.policy.roles import Staff
from echo.policy.scopes import covers
from tests import make, structure
from tests.api.asking import Api
from tests.routes import all_routes

# Where the server that clients know differs from the description, we do as the server does.
OTHER_SCOPES = {
    "GET /api/v1/statuses/{id}/favourited_by",  # read:accounts
    "GET /api/v1/statuses/{id}/reblogged_by",  # read:accounts
    "GET /api/v1/suggestions",  # read:accounts, not all of read
    "GET /api/v2/suggestions",
    "DELETE /api/v1/suggestions/{account_id}",  # write:accounts
    "GET /api/v2/notifications/{group_key}/accounts",  # read: nothing is written
}


def marked() -> Iterator[tuple[str, str, str]]:
    """(method, path, mark) of the routes of the client API; ids are 1. Streams have rules of their own."""
    for route in all_routes():
        if route.path.startswith("/api/") and not route.path.startswith("/api/v1/streaming"):
            yield route.method, re.sub(r"<[^>]+>", "1", route.path), route.mark


async def test_nobody_calls_without_a_token_what_needs_one(api: Api) -> None:
    asked = 0
    for method, path, mark in marked():
        if mark.startswith(("needs", "app or user")):
            answer = await api.ask(method, path, expect=401)
            assert answer.headers["WWW-Authenticate"].startswith("Bearer"), path
            asked += 1
    assert asked > 50


async def test_a_token_without_the_scope_is_refused(api: Api) -> None:
    alice = await make.person()
    tokens = {scope: await make.with_scopes(alice, scope) for scope in ("push", "admin:read", "read:lists")}
    asked = 0
    for method, path, mark in marked():
        kind, _, wanted = mark.partition(" ")
        if kind not in ("needs", "optional") or not wanted:
            continue
        for scope, token in tokens.items():
            if not any(covers((scope,), one) for one in wanted.split()):
                answer = await api.ask(method, path, by=token, expect=403)
                assert answer.json == {"error": "This action is outside the authorized scopes"}, path
                asked += 1
    assert asked > 150


async def test_an_app_is_no_person(api: Api) -> None:
    token = await make.app_token(*make.SCOPES, "admin:read", "admin:write")
    for method, path, mark in marked():
        if mark.startswith("needs"):
            answer = await api.ask(method, path, by=token, expect=422)  # type: ignore[arg-type]
            assert answer.json == {"error": "This method requires an authenticated user"}, path


async def test_a_bad_token_is_refused_wherever_one_is_read(api: Api) -> None:
    bad = {"Authorization": "Bearer nonsense"}
    for method, path, mark in marked():
        if mark.startswith(("needs", "optional", "app or user")):
            await api.ask(method, path, headers=bad, expect=401)


async def test_the_suspended_do_nothing(api: Api) -> None:
    alice = await make.person()
    await moderation.suspend(Staff.shell(), alice.id, is_suspended=True)
    for method, path, mark in marked():
        if mark.startswith(("needs", "optional")):
            await api.ask(method, path, by=alice, expect=403)


@pytest.mark.parametrize("scope", ["read", "write", "follow", "push"])
async def test_a_wide_scope_covers_its_narrow_ones(api: Api, scope: str) -> None:
    token = await make.with_scopes(await make.person(), scope)
    for method, path, mark in marked():
        wanted = mark.removeprefix("needs ").split()
        if mark.startswith("needs ") and any(covers((scope,), one) for one in wanted):
            response = await api.client.open(path, method=method, headers=token.headers)
            assert response.status_code not in (401, 403), path


def test_scopes_are_those_of_the_description() -> None:
    described = json.loads(structure.FILE.read_bytes())["paths"]
    ours = {(method, re.sub(r"<[^>]+>", "1", path)): mark for method, path, mark in marked()}
    compared, others = 0, {}
    for method, path in structure.operations():
        mark = ours.get((method, re.sub(r"\{[^}]+\}", "1", path)))
        security = described[path][method.lower()].get("security")
        if mark is None or not security:
            continue
        wanted = {scope for one in security for scopes in one.values() for scope in scopes}
        kind, _, scopes = mark.partition(" ")
        if not wanted <= set(scopes.split()) and kind != "public":
            others[f"{method} {path}"] = mark
        compared += 1
    assert compared > 50
    assert sorted(others) == sorted(OTHER_SCOPES), others
