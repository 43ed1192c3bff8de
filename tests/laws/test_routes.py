"""Every route says who may call it."""

from __future__ import annotations

from collections import Counter

from echo.http.access import MARK
from tests.routes import all_routes

KINDS = {"public", "optional", "needs", "app", "signed", "found", "delivered", "page", "stored"}
# The socket is no HTTP route: it reads its own token, because a browser cannot send a header there.
SOCKETS = {"/api/v1/streaming"}
# A question that is long enough for a body.
QUESTIONS = {"/api/v1/statuses/<status_id>/translate", "/api/v1/admin/canonical_email_blocks/test"}


def test_every_route_carries_one_mark_of_access_and_with_it_a_limit() -> None:
    for route in all_routes():
        kind = route.mark.partition(" ")[0]
        assert kind in KINDS, f"{route.method} {route.path} ({route.endpoint}) does not say who may call it"


def test_nothing_is_marked_twice() -> None:
    """A mark around a mark would check twice and hide the first from this very test."""
    for route in all_routes():
        inner, marks = route.view, 0
        while inner is not None:
            marks += MARK in vars(inner)
            inner = vars(inner).get("__wrapped__")
        assert marks == 1, f"{route.method} {route.path}"


def test_the_client_api_is_not_open_by_accident() -> None:
    """What anybody may call without a token, named one by one."""
    open_routes = {
        f"{route.method} {route.path}"
        for route in all_routes()
        if route.mark == "public" and route.path.startswith("/api/")
    }
    assert open_routes == {
        "GET /api/v1/custom_emojis",
        "GET /api/v1/echo/sign_up/challenge",
        "GET /api/v1/instance",
        "GET /api/v1/instance/activity",
        "GET /api/v1/instance/extended_description",
        "GET /api/v1/instance/languages",
        "GET /api/v1/instance/peers",
        "GET /api/v1/instance/privacy_policy",
        "GET /api/v1/instance/rules",
        "GET /api/v1/instance/terms_of_service",
        "GET /api/v1/instance/terms_of_service/<day>",
        "GET /api/v1/instance/translation_languages",
        "GET /api/v1/peers/search",
        "GET /api/v1/streaming/health",
        "GET /api/v2/instance",
        "POST /api/v1/accounts/<account>/email_subscriptions",
        "POST /api/v1/apps",
    }


# Mastodon asks for figures by POST.
FIGURES = {"/api/v1/admin/measures", "/api/v1/admin/dimensions", "/api/v1/admin/retention"}


def test_whatever_writes_needs_a_scope_that_writes() -> None:
    for route in all_routes():
        if route.method == "GET" or not route.path.startswith("/api/"):
            continue
        if route.path in {"/api/v1/apps", "/api/v1/streaming"} | QUESTIONS | FIGURES:
            continue
        if route.path.endswith("/email_subscriptions"):
            continue
        scopes = route.mark.partition(" ")[2].removeprefix("or user ").split()
        assert scopes, f"{route.method} {route.path}: {route.mark}"
        writes = ("follow", "push", "write", "admin:write")
        assert all(scope.startswith(writes) for scope in scopes), route


def test_no_route_stands_before_another() -> None:
    """Of two that are the same the second is never asked. Streams have one for HTTP and one for sockets."""
    seen = Counter((route.method, route.shape) for route in all_routes() if route.path not in SOCKETS)
    assert [route for route, count in seen.items() if count > 1] == []
