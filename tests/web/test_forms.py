"""Forms from elsewhere, and targets that lead away: rows S-E09 and S-H08."""

from __future__ import annotations

import re

import pytest

from echo.http.access import PERMISSION
from echo.kinds import Role
from echo.policy.roles import BUILT_IN, Seat
from tests.actions import people
from tests.actions.people import PASSWORD
from tests.routes import all_routes
from tests.web.browser import Browser

# Proven by what stands in the address alone: mail programs send it for their people.
ONE_CLICK = {"/unsubscribe/<ticket>"}
# A form for a policy wants to know which.
OPENS = {"/admin/policies/new": 404}


async def test_s_h08_forms_from_elsewhere_are_refused(browser: Browser) -> None:
    """Every form that there is, for those whose role allows everything."""
    await people.person("root", role=Role.OWNER)
    stranger, elsewhere = Browser(browser.client), Browser(browser.client)
    await browser.log_in("root", PASSWORD)
    await elsewhere.log_in("root", PASSWORD)
    csrf = (await browser.get("/account")).form("/logout").values["csrf"]
    of_other_session = (await elsewhere.get("/account")).form("/logout").values["csrf"]
    of_visitor = (await stranger.get("/login")).form("/login").values["csrf"]
    sent: list[tuple[dict[str, str], dict[str, str]]] = [
        ({}, {}),
        ({"csrf": "guessed"}, {}),
        ({"csrf": of_other_session}, {}),
        ({"csrf": of_visitor}, {}),
        ({"csrf": csrf}, {"Sec-Fetch-Site": "cross-site"}),
    ]
    forms = [route for route in all_routes() if route.mark == "page" and route.method != "GET"]
    assert len(forms) > 90
    taken = []
    for route in forms:
        path = re.sub("<[^>]+>", "987654321", route.path)
        answers = [await browser.send(route.method, path, values=form, headers=also) for form, also in sent]
        answers.append(await Browser(browser.client).send(route.method, path, values={"name": "root"}))
        # Staff pages look first whether the thing is there, and send visitors to the log-in.
        refused = {403, 404} if route.path.startswith("/admin/") else {403}
        is_refused = all(one.status in refused or one.location.startswith("/login?") for one in answers)
        if not is_refused and route.path not in ONE_CLICK:
            taken.append((route.method, route.path, [one.status for one in answers]))
    assert taken == []
    assert (await browser.get("/account")).status == 200, "nobody was logged out"


async def test_a_staff_page_opens_for_the_roles_that_have_its_right(browser: Browser) -> None:
    """Every page below /admin x role; the same of the API is in `tests.api.test_privileges`."""
    pages = [route for route in all_routes() if route.mark == "page" and route.path.startswith("/admin")]
    assert len(pages) > 70
    wrong = []
    for number, seat in enumerate(BUILT_IN):
        await people.person(f"person{number}", role=Role(seat.id))
        logged_in = Browser(browser.client)
        await logged_in.log_in(f"person{number}", PASSWORD)
        csrf = (await logged_in.get("/account")).form("/logout").values["csrf"]
        for route in pages:
            path = re.sub("<[^>]+>", "987654321", route.path)
            is_allowed = Seat(seat.id, seat.permissions, seat.position).may(getattr(route.view, PERMISSION))
            if not is_allowed:
                answer = await logged_in.send(route.method, path, values={"csrf": csrf})
                is_right = answer.status == 404 or (path == "/admin" and answer.status == 302)
            elif "<" not in route.path:
                # What is written needs the text of the session: without, it is refused as a form only.
                answer = await logged_in.send(route.method, path)
                is_right = answer.status == (OPENS.get(path, 200) if route.method == "GET" else 403)
            else:
                continue
            if not is_right:
                wrong.append((route.method, path, Role(seat.id).name, answer.status))
    assert wrong == []


async def test_odd_addresses_of_pages_are_no_errors_of_ours(browser: Browser) -> None:
    await people.person("root", role=Role.OWNER)
    await browser.log_in("root", PASSWORD)
    huge = "9" * 30
    queries = [
        f"before={huge}&page={huge}&max_id={huge}&after={huge}&days={huge}&limit={huge}",
        "page=%C2%B2&before=-1&day=0000-00-00&q=%ff&tab=%ff",
    ]
    failed = []
    assert (await browser.get("/admin/audit?q=%00")).status == 404
    for route in all_routes():
        if route.mark == "page" and route.method == "GET":
            odd = (huge, "%00", "%0d%0aX-Odd:1") if "<" in route.path else ()
            paths = [re.sub("<[^>]+>", text, route.path) for text in odd]
            paths += [f"{re.sub('<[^>]+>', '1', route.path)}?{query}" for query in queries]
            answers = [(path, await browser.get(path)) for path in paths]
            failed += [path for path, one in answers if one.status >= 500 or "x-odd" in one.headers]
    assert failed == []


@pytest.mark.parametrize(
    "target",
    [
        "//evil.test",
        "/\\evil.test",
        "/%5cevil.test",
        "/%2fevil.test",
        "/%252f%252fevil.test",
        "https://evil.test/",
        "/\r\nLocation:https://evil.test",
        "/%0d%0aLocation:https://evil.test",
        "javascript:alert(1)",
        "/\t/evil.test",
    ],
)
async def test_s_e09_the_log_in_form_leads_to_us(browser: Browser, target: str) -> None:
    await people.person("alice")
    form = (await browser.get("/login")).form("/login")
    answer = await browser.submit(form, name="alice", password=PASSWORD, next=target)
    assert (answer.status, answer.location) == (303, "/account")
