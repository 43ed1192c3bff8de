"""The consent page: rows S-H01, S-H06, S-H08, S-H20, S-H22."""

from __future__ import annotations

from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from echo import clock
from echo.models import AuthorizationCode, User
from echo.policy.authorization import Client
from tests.actions import people
from tests.actions.people import PASSWORD, REDIRECT
from tests.web.browser import Answer, Browser

OOB = "urn:ietf:wg:oauth:2.0:oob"
TIDE = "com.tide.App:/callback"


@pytest.fixture
async def app_client(browser: Browser) -> Client:
    """A registered app; alice is logged in."""
    await people.person("alice")
    await browser.log_in("alice", PASSWORD)
    return await people.app(scopes=("read", "write", "push"), redirects=(REDIRECT, OOB, TIDE))


def question(client: Client, **changes: str) -> str:
    values = {
        "response_type": "code",
        "client_id": client.client_id,
        "redirect_uri": REDIRECT,
        "scope": "read write:statuses",
        "state": "a b&c=ü",
    }
    return f"/oauth/authorize?{urlencode(values | changes)}"


def allow_form(page: Answer) -> dict[str, str]:
    return next(f for f in page.forms if f.action == "/oauth/authorize" and "_method" not in f.values).values


async def test_yes_leads_back_with_a_code_and_the_state(browser: Browser, app_client: Client) -> None:
    page = await browser.get(question(app_client))
    assert page.status == 200
    assert "@alice@echo.test" in page.text
    answer = await browser.send("POST", "/oauth/authorize", values=allow_form(page))
    assert answer.status in {302, 303}
    back = urlsplit(answer.location)
    assert answer.location.startswith(f"{REDIRECT}&")
    query = parse_qs(back.query)
    assert query["keep"] == ["1"]
    assert query["state"] == ["a b&c=ü"]
    assert len(query["code"][0]) >= 43


@pytest.mark.parametrize("way", ["form", "DELETE"])
async def test_no_leads_back_with_that(browser: Browser, app_client: Client, way: str) -> None:
    page = await browser.get(question(app_client))
    if way == "form":
        (form,) = [form for form in page.forms if form.values.get("_method") == "delete"]
        answer = await browser.submit(form)
    else:
        answer = await browser.send("DELETE", "/oauth/authorize", values=allow_form(page))
    query = parse_qs(urlsplit(answer.location).query)
    assert (query["error"], query["state"]) == (["access_denied"], ["a b&c=ü"])
    assert await AuthorizationCode.all().count() == 0


async def test_apps_without_an_address_show_the_code(browser: Browser, app_client: Client) -> None:
    page = await browser.get(question(app_client, redirect_uri=OOB))
    answer = await browser.send("POST", "/oauth/authorize", values=allow_form(page))
    assert answer.location.startswith("/oauth/authorize/native?code=")
    code = parse_qs(urlsplit(answer.location).query)["code"][0]
    shown = await browser.get(answer.location)
    assert f">{code}<" in shown.text


async def test_custom_schemes_are_not_blocked_by_our_own_policy(browser: Browser, app_client: Client) -> None:
    page = await browser.get(question(app_client, redirect_uri=TIDE))
    assert "form-action 'self' com.tide.app:;" in page.headers["content-security-policy"]
    answer = await browser.send("POST", "/oauth/authorize", values=allow_form(page))
    assert answer.location.startswith(f"{TIDE}?code=")
    page = await browser.get(question(app_client))
    assert "form-action 'self' https://app.test;" in page.headers["content-security-policy"]


@pytest.mark.parametrize(
    "redirect_uri",
    [
        "",
        "https://app.test/callback",
        "https://app.test/callback?keep=1&x=2",
        "https://app.test/callback?keep=1#x",
        "https://app.test/callback/?keep=1",
        "https://app.test//callback?keep=1",
        "https://app.test/%63allback?keep=1",
        "https://APP.test/callback?keep=1",
        "https://app.test@evil.test/callback?keep=1",
        "https://app.test.evil.test/callback?keep=1",
        "https://evil.test/",
        f" {REDIRECT}",
        f"{REDIRECT} {OOB}",
        f"{REDIRECT}\n",
        "javascript:alert(1)",
    ],
)
async def test_s_h01_only_registered_addresses_exactly(
    browser: Browser, app_client: Client, redirect_uri: str
) -> None:
    answer = await browser.get(question(app_client, redirect_uri=redirect_uri))
    assert answer.status == 400
    assert answer.location == ""
    assert "invalid_redirect_uri" in answer.text
    form = allow_form(await browser.get(question(app_client)))
    posted = await browser.send("POST", "/oauth/authorize", values=form | {"redirect_uri": redirect_uri})
    assert (posted.status, posted.location) == (400, "")
    denied = form | {"redirect_uri": redirect_uri, "_method": "delete"}
    assert (await browser.send("POST", "/oauth/authorize", values=denied)).location == ""


async def test_s_h01_a_second_address_is_refused(browser: Browser, app_client: Client) -> None:
    answer = await browser.get(question(app_client) + "&" + urlencode({"redirect_uri": "https://evil.test/"}))
    assert (answer.status, answer.location) == (400, "")


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"client_id": "unknown"}, 401, "invalid_client"),
        ({"scope": "read profile"}, 400, "invalid_scope"),
        ({"scope": "admin:read"}, 400, "invalid_scope"),
        ({"scope": "nonsense"}, 400, "invalid_scope"),
        ({"response_type": "token"}, 400, "unsupported_response_type"),
        (
            {"code_challenge": "x" * 43, "code_challenge_method": "plain"},
            400,
            "invalid_code_challenge_method",
        ),
    ],
)
async def test_s_h06_bad_requests_are_a_page_of_ours(
    browser: Browser, app_client: Client, changes: dict[str, str], status: int, code: str
) -> None:
    answer = await browser.get(question(app_client, **changes))
    assert (answer.status, answer.location) == (status, "")
    assert code in answer.text
    assert "text/html" in answer.headers["content-type"]


async def test_the_log_in_keeps_every_parameter(browser: Browser, app_client: Client) -> None:
    stranger = Browser(browser.client)
    asked = question(app_client, code_challenge=people.CHALLENGE, code_challenge_method="S256", lang="de")
    answer = await stranger.get(asked)
    assert answer.status == 302
    login = await stranger.get(answer.location)
    assert "To connect <strong" in login.text
    answer = await stranger.submit(login.form("/login"), name="alice", password=PASSWORD)
    assert parse_qs(urlsplit(answer.location).query) == parse_qs(urlsplit(asked).query)
    page = await stranger.get(answer.location)
    assert allow_form(page)["code_challenge"] == people.CHALLENGE


async def test_a_trailing_slash_is_the_same_page(browser: Browser, app_client: Client) -> None:
    page = await browser.get(question(app_client).replace("/authorize?", "/authorize/?"))
    assert page.status == 200


@pytest.mark.parametrize(("value", "asks"), [("true", True), ("1", True), ("false", False), ("", False)])
async def test_force_login(browser: Browser, app_client: Client, value: str, asks: bool) -> None:
    answer = await browser.get(question(app_client, force_login=value))
    assert (answer.status == 302) is asks
    if asks:
        login = await browser.get(answer.location)
        assert login.status == 200
        answer = await browser.submit(login.form("/login"), name="alice", password=PASSWORD)
        assert (await browser.get(answer.location)).status == 200


async def test_s_h08_nothing_is_allowed_without_our_form(browser: Browser, app_client: Client) -> None:
    form = allow_form(await browser.get(question(app_client)))
    for method in ("POST", "DELETE"):
        for values in (form | {"csrf": "x"}, {k: v for k, v in form.items() if k != "csrf"}):
            answer = await browser.send(method, "/oauth/authorize", values=values)
            assert (answer.status, answer.location) == (403, "")
    foreign = await browser.send(
        "POST", "/oauth/authorize", values=form, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert foreign.status == 403
    assert await AuthorizationCode.all().count() == 0


async def test_s_h08_no_page_can_be_framed(browser: Browser, app_client: Client) -> None:
    page = await browser.get(question(app_client))
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    assert page.headers["x-frame-options"] == "DENY"


async def test_s_h20_people_who_may_not_use_their_account_connect_nothing(
    browser: Browser, app_client: Client
) -> None:
    form = allow_form(await browser.get(question(app_client)))
    await User.all().update(disabled_at=clock.now())
    assert (await browser.get(question(app_client))).location == "/account"
    assert (await browser.send("POST", "/oauth/authorize", values=form)).status == 403
    assert await AuthorizationCode.all().count() == 0


async def test_s_h22_connected_apps_are_listed_without_secrets_and_can_be_disconnected(
    browser: Browser, app_client: Client
) -> None:
    from_page = allow_form(await browser.get(question(app_client)))
    await browser.send("POST", "/oauth/authorize", values=from_page)
    user = await User.get()
    token = await people.auth.create_token_for(user.id, ["read"], app_id=app_client.app_id)
    page = await browser.get("/settings/sessions")
    assert ">App</p>" in page.text
    assert app_client.client_id not in page.text
    answer = await browser.submit(page.form(f"/settings/sessions/apps/{app_client.app_id}"))
    assert answer.location == "/settings/sessions?done=app"
    assert await people.load_token(token.text) is None


async def test_what_the_app_says_is_escaped(browser: Browser) -> None:
    await people.person("alice")
    await browser.log_in("alice", PASSWORD)
    app = await people.apps.register_app(
        people.apps.AppDraft(name='<script>alert(1)</script>"', redirect_uris=(REDIRECT,))
    )
    page = await browser.get(question(app.client, scope="read", state='"><script>'))
    assert page.status == 200
    assert "<script" not in page.text
