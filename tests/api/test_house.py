"""More about the server: texts, rules, other servers, weeks, who may read which timeline."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from quart.typing import TestClientProtocol as Client

from echo import cache, clock, farewell, settings
from echo.actions import house as house_actions
from echo.kinds import BlockSeverity, Role, Visibility
from echo.models import User
from echo.policy.roles import Staff
from echo.render import house_rules
from echo.runtime import Runtime
from echo.store import house
from echo.store import house_rules as house_rule_rows
from tests import fences, make
from tests.api.asking import Api
from tests.conftest import changed
from tests.make import Person


def choose(runtime: Runtime, **sections: dict[str, object]) -> None:
    """Another configuration from now on."""
    runtime.config = changed(runtime.config, **sections)


def write(**texts: str) -> None:
    """Texts of the house; `__` stands for a dot, `_` for a dash."""
    folder = Path(settings.here().instance.texts)
    folder.mkdir(exist_ok=True)
    for name, text in texts.items():
        file = name.replace("__", ".").replace("_", "-")
        (folder / f"{file}.md").write_text(text, encoding="utf-8")


async def nothing(api: Api, path: str, by: Person | None = None) -> None:
    """A 404 without a word: switched off."""
    headers = {"Host": "echo.test", **(by.headers if by else {})}
    answer = await api.client.get(path, headers=headers)
    assert (answer.status_code, await answer.get_data()) == (404, b"")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


# Texts


async def test_without_texts_there_is_still_an_answer(api: Api) -> None:
    about = (await api.get("/api/v1/instance/extended_description")).one("ExtendedDescription")
    assert about == {"updated_at": None, "content": ""}
    privacy = (await api.get("/api/v1/instance/privacy_policy")).one("PrivacyPolicy")
    assert "echo.test" in privacy["content"]
    await api.get("/api/v1/instance/terms_of_service", expect=404)
    await api.get("/api/v1/instance/terms_of_service/2026-01-31", expect=404)
    urls = (await api.get("/api/v2/instance")).one("Instance")["configuration"]["urls"]
    assert (urls["privacy_policy"], urls["terms_of_service"]) == ("https://echo.test/privacy-policy", None)


async def test_texts_are_markdown_and_harmless(api: Api) -> None:
    write(about="# Hi\n\n<script>alert(1)</script> [x](javascript:alert(1)) *you*")
    write(privacy="We keep **nothing**.")
    about = (await api.get("/api/v1/instance/extended_description")).one("ExtendedDescription")
    assert about["content"].startswith("<h1>Hi</h1>")
    assert "<em>you</em>" in about["content"]
    assert "<script" not in about["content"]
    assert "href" not in about["content"]
    privacy = (await api.get("/api/v1/instance/privacy_policy")).one("PrivacyPolicy")
    assert privacy["content"] == "<p>We keep <strong>nothing</strong>.</p>"


async def test_terms_by_the_day_from_which_they_are_in_force(api: Api) -> None:
    today = clock.now().date()
    old, new, next_ = today - timedelta(days=400), today, today + timedelta(days=10)
    write(**{f"terms_{day}".replace("-", "_"): f"of {day}" for day in (old, new, next_)})
    write(terms_2026_02_31="never")
    base = "/api/v1/instance/terms_of_service"
    now = (await api.get(base)).one("TermsOfService")
    assert (now["effective_date"], now["effective"]) == (new.isoformat(), True)
    assert now["succeeded_by"] == next_.isoformat()
    coming = (await api.get(f"{base}/{next_}")).one("TermsOfService")
    assert (coming["effective"], coming["succeeded_by"]) == (False, None)
    assert (await api.get(f"{base}/{old}/")).one("TermsOfService")["content"] == f"<p>of {old}</p>"
    for wrong in ("2026-02-31", "2001-01-01", "yesterday", "../privacy"):
        await api.get(f"{base}/{wrong}", expect=404)
    urls = (await api.get("/api/v2/instance")).json["configuration"]["urls"]
    assert urls["terms_of_service"] == "https://echo.test/terms-of-service"


async def test_terms_that_are_not_in_force_yet_are_told_when_there_are_no_others(api: Api) -> None:
    day = clock.now().date() + timedelta(days=10)
    write(**{f"terms_{day}".replace("-", "_"): "soon"})
    assert (await api.get("/api/v1/instance/terms_of_service")).one("TermsOfService")["effective"] is False


async def test_pages_of_the_texts(client: Client) -> None:
    day = clock.now().date()
    assert (await client.get("/terms-of-service")).status_code == 404
    write(about="More **here**", rules="1. Be kind\n   Always.")
    write(**{f"terms_{day}".replace("-", "_"): "the terms"})
    for path, text in (
        ("/privacy-policy", "Who sees it"),
        ("/terms-of-service", "the terms"),
        (f"/terms-of-service/{day}", "the terms"),
        ("/about", "More <strong>here</strong>"),
        ("/about", "Be kind<br><small>Always.</small>"),
    ):
        answer = await client.get(path)
        assert answer.status_code == 200
        assert text in (await answer.get_data(as_text=True))
    for wrong in ("/terms-of-service/2001-01-01", "/terms-of-service/x"):
        assert (await client.get(wrong)).status_code == 404


async def test_rules_with_hints_and_translations(
    api: Api, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(house_rules, "NUMBERS_SECONDS", 600.0)  # slow machines need more than ten
    choose(runtime, instance={"rules": ["from the configuration"]})
    (rule,) = (await api.get("/api/v1/instance/rules")).many("Rule")
    assert (rule["id"], rule["text"], rule["hint"]) == ("1", "from the configuration", "")
    write(
        rules="# Rules\n\n1. Be kind\n   To everybody,\n   always.\n2. No ads\n",
        rules__de="- Sei nett\n  Zu allen.\n- Keine Werbung\n- Zu viel",
        rules__xx_yy_zz_too_long="- no",
    )
    rules = (await api.get("/api/v1/instance/rules")).many("Rule")
    assert [(one["id"], one["text"], one["hint"]) for one in rules] == [
        ("1", "Be kind", "To everybody, always."),
        ("2", "No ads", ""),
    ]
    assert rules[0]["translations"] == {"de": {"text": "Sei nett", "hint": "Zu allen."}}
    assert (await api.get("/api/v2/instance")).one("Instance")["rules"] == rules
    assert (await api.get("/api/v1/instance")).one("V1Instance")["rules"] == rules
    # Who asks again is answered without the rows.
    with monkeypatch.context() as patch:
        patch.setattr(house_rule_rows, "known", None)
        assert (await api.get("/api/v2/instance")).json["rules"] == rules
    # Numbers stay with their rule: reports name them. The first is reworded, another stands before, one goes.
    await house_actions.write_text(Staff.shell(), "rules.md", "- Be brief\n- Be kind!\n")

    async def said() -> list[tuple[str, str]]:
        return [(one["id"], one["text"]) for one in (await api.get("/api/v1/instance/rules")).json]

    assert await said() == [("3", "Be brief"), ("1", "Be kind!")]
    gone = (await house_rules.by_id())["2"]
    assert gone["text"] == "No ads"
    # By hand, and kept by the clock.
    write(rules="- No ads\n- Be kind!\n- Be good")
    assert await said() == [("2", "No ads"), ("1", "Be kind!"), ("4", "Be good")]
    for _ in range(2):
        await house_actions.number_rules()
        assert await said() == [("2", "No ads"), ("1", "Be kind!"), ("4", "Be good")]
    write(rules="- Be good")
    assert await said() == [("4", "Be good")]


# Facts of the instance


async def test_contact_and_sign_up(api: Api, runtime: Runtime) -> None:
    await make.person("owner", role=Role.OWNER)
    await make.person("helper")
    choose(
        runtime,
        instance={"contact_account": "Helper", "contact_email": "help@echo.test"},
        registrations={"message": "full", "url": "https://join.test/", "min_age": 16},
    )
    two = (await api.get("/api/v2/instance")).one("Instance")
    assert (two["contact"]["account"]["acct"], two["contact"]["email"]) == ("helper", "help@echo.test")
    assert two["registrations"]["message"] == "full"
    assert (two["registrations"]["url"], two["registrations"]["min_age"]) == ("https://join.test/", 16)
    choose(runtime, registrations={"mode": "open"}, instance={"contact_account": "nobody"})
    two = (await api.get("/api/v2/instance")).one("Instance")
    assert (two["registrations"]["message"], two["registrations"]["enabled"]) == (None, True)
    assert two["contact"]["account"]["acct"] == "owner"
    for icon in two["icon"]:
        assert (await api.client.get(icon["src"].removeprefix("https://echo.test"))).status_code == 200


async def test_how_old_people_must_be(api: Api, runtime: Runtime) -> None:
    choose(runtime, registrations={"mode": "open", "min_age": 16})
    app = await make.app_token()
    today = clock.now().date()
    person = {"username": "kid", "email": "kid@x.test", "password": "correct horse battery"}
    person["agreement"] = "true"
    young = today.replace(year=today.year - 16) + timedelta(days=1) if today.day < 28 else today
    for born, code in (("", "ERR_BLANK"), ("soon", "ERR_BLANK"), (young.isoformat(), "ERR_BELOW_LIMIT")):
        answer = await api.post("/api/v1/accounts", by=app, expect=422, form=person | {"date_of_birth": born})
        assert answer.json["details"]["date_of_birth"][0]["error"] == code
    await api.post("/api/v1/accounts", by=app, form=person | {"date_of_birth": "1990-05-05"})


# Other servers and weeks


async def test_peers(api: Api, runtime: Runtime) -> None:
    for host in ("one.test", "two.test", "two.test", "other.test"):
        await make.stranger(domain=host)
    assert (await api.get("/api/v1/instance/peers")).json == ["one.test", "other.test", "two.test"]
    search = "/api/v1/peers/search"
    assert (await api.get(search, query={"q": "T"})).json == ["two.test"]
    assert (await api.get(search, query={"q": "o"})).json == ["one.test", "other.test"]
    for empty in ("", "%", "_ne", "zzz"):
        assert (await api.get(search, query={"q": empty})).json == []
    for number in range(12):
        await make.stranger(domain=f"many{number}.test")
    assert len((await api.get(search, query={"q": "many"})).json) == 10
    choose(runtime, instance={"publish_peers": False})
    await nothing(api, "/api/v1/instance/peers")
    await nothing(api, f"{search}?q=one")


async def test_twelve_weeks_in_texts(api: Api, runtime: Runtime) -> None:
    alice = await make.person()
    await make.post(alice)
    await make.post(alice, visibility=Visibility.FOLLOWERS)
    await make.remote_post(await make.stranger())
    for _ in range(2):
        await api.get("/api/v1/preferences", by=alice)
    long_ago = clock.now() - timedelta(weeks=3)
    await User.filter(id=(await make.person()).id).update(created_at=long_ago)
    weeks = (await api.get("/api/v1/instance/activity")).json
    assert len(weeks) == 12
    assert all(isinstance(value, str) for week in weeks for value in week.values())
    starts = [datetime.fromtimestamp(int(week["week"]), UTC) for week in weeks]
    assert starts[0] <= clock.now() < starts[0] + timedelta(weeks=1)
    assert all(start.weekday() == 0 and start.hour == 0 for start in starts)
    assert all(a - b == timedelta(weeks=1) for a, b in pairwise(starts))
    assert (weeks[0]["statuses"], weeks[0]["logins"], weeks[0]["registrations"]) == ("1", "1", "1")
    assert sum(int(week["registrations"]) for week in weeks) == 2
    choose(runtime, instance={"publish_activity": False})
    await nothing(api, "/api/v1/instance/activity")


async def test_blocked_servers_are_told_to_whom_the_operator_says(api: Api, runtime: Runtime) -> None:
    alice = await make.person()
    await fences.block("bad.test", BlockSeverity.SUSPEND, reason="spam", note="secret")
    await fences.block("Loud.test.", BlockSeverity.SILENCE, obfuscate=True)
    path = "/api/v1/instance/domain_blocks"
    await nothing(api, path)
    await nothing(api, path, by=alice)
    choose(runtime, instance={"publish_blocks": "users"})
    await nothing(api, path)
    first, second = (await api.get(path, by=alice)).many("DomainBlock")
    assert (first["domain"], first["severity"]) == ("bad.test", "suspend")
    assert "comment" not in first
    assert (second["domain"], second["severity"]) == ("lou*.*est", "silence")
    assert len(second["digest"]) == 64
    choose(runtime, instance={"publish_blocks": "all", "publish_block_reasons": "users"})
    assert "comment" not in (await api.get(path)).many("DomainBlock")[0]
    assert [one["comment"] for one in (await api.get(path, by=alice)).many("DomainBlock")] == ["spam", ""]
    assert "secret" not in (await api.get(path, by=alice)).body.decode()
    await api.ask("GET", path, headers={"Authorization": "Bearer wrong"}, expect=401)


# Timelines that are not for everybody


@pytest.mark.parametrize(
    ("live_local", "live_remote", "asked", "visitor", "person", "moderator"),
    [
        ("public", "public", {}, "lr", "lr", "lr"),
        ("authenticated", "public", {}, 422, "lr", "lr"),
        ("authenticated", "public", {"remote": True}, "r", "r", "r"),
        ("authenticated", "public", {"local": True}, 422, "l", "l"),
        ("public", "disabled", {}, 422, "l", "lr"),
        ("public", "disabled", {"remote": True}, 422, "", "r"),
        ("public", "disabled", {"local": True}, "l", "l", "l"),
        ("disabled", "disabled", {}, 422, "", "lr"),
    ],
)
async def test_the_public_timeline_as_the_operator_chose(
    api: Api,
    runtime: Runtime,
    live_local: str,
    live_remote: str,
    asked: dict[str, Any],
    visitor: object,
    person: str,
    moderator: str,
) -> None:
    choose(runtime, timelines={"live_local": live_local, "live_remote": live_remote})
    alice, mod = await make.person(), await make.person(role=Role.MODERATOR)
    posts = {"l": (await make.post(alice)).id, "r": (await make.remote_post(await make.stranger())).id}
    for caller, expected in ((None, visitor), (alice, person), (mod, moderator)):
        refused = expected if isinstance(expected, int) else 200
        answer = await api.get("/api/v1/timelines/public", by=caller, expect=refused, query=asked)
        if refused == 200:
            assert sorted(answer.ids) == sorted(posts[side] for side in str(expected))
    facts = (await api.get("/api/v2/instance")).one("Instance")["configuration"]["timelines_access"]
    assert facts["live_feeds"] == {"local": live_local, "remote": live_remote}
    if visitor == 422:
        await api.get("/api/v1/timelines/public", by=await make.app_token(), expect=422, query=asked)


async def test_hashtags_have_a_choice_of_their_own(api: Api, runtime: Runtime) -> None:
    choose(runtime, timelines={"hashtag_local": "authenticated", "hashtag_remote": "disabled"})
    alice = await make.person()
    post = await make.post(alice, "#news")
    await make.remote_post(await make.stranger(), hashtags=("news",))
    await api.get("/api/v1/timelines/tag/news", expect=422)
    assert (await api.get("/api/v1/timelines/tag/news", by=alice)).ids == [post.id]
    assert len((await api.get("/api/v1/timelines/public")).json) == 2


# oEmbed


async def test_a_public_post_for_pages_elsewhere(api: Api) -> None:
    alice = await make.person("alice")
    post = await make.post(alice, "hello <world>")
    urls = [post.url, post.uri, f"{post.url}/embed", f"{post.url}/", f"http://ECHO.test/@alice/{post.id}"]
    for url in urls:
        shown = (await api.get("/api/oembed", query={"url": url})).json
        assert (shown["type"], shown["version"]) == ("rich", "1.0")
        assert (shown["width"], shown["height"]) == (400, None)
        assert (shown["author_name"], shown["author_url"]) == ("alice", "https://echo.test/@alice")
        assert "hello &lt;world&gt;" in shown["html"]
        assert (shown["provider_url"], shown["cache_age"]) == ("https://echo.test/", 86400)
    sized = {"url": post.url, "maxwidth": "300", "maxheight": "200", "format": "json"}
    shown = (await api.get("/api/oembed", query=sized)).json
    assert (shown["width"], shown["height"]) == (300, 200)


async def test_what_is_not_shown_elsewhere(api: Api) -> None:
    alice = await make.person("alice")
    hidden = [
        await make.post(alice, "@alice x", visibility=visibility)
        for visibility in (Visibility.UNLISTED, Visibility.FOLLOWERS, Visibility.DIRECT)
    ]
    theirs = await make.remote_post(await make.stranger())
    wrong = [post.url for post in hidden]
    wrong += [theirs.url, f"https://echo.test/@alice/{theirs.id}", "https://echo.test/@alice", "nonsense"]
    wrong += [
        f"https://evil.test/@alice/{(await make.post(alice)).id}",
        "https://echo.test/@alice/99",
        "http://[x",
    ]
    for url in wrong:
        await api.get("/api/oembed", expect=404, query={"url": url})
    await api.get("/api/oembed", expect=400)


# The rest


async def test_health(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = await client.get("/health")
    assert (answer.status_code, await answer.get_data()) == (200, b"OK")
    assert answer.content_type == "text/plain; charset=utf-8"

    async def silent() -> bool:
        return False

    monkeypatch.setattr(cache, "ping", silent)
    answer = await client.get("/health")
    assert (answer.status_code, await answer.get_data()) == (503, b"does not answer: redis")
    # Whoever shares out requests goes on sending them: all but live streams works.
    answer = await client.get("/health/ready")
    assert (answer.status_code, await answer.get_data()) == (
        200,
        b"OK, Redis does not answer: nothing is live",
    )

    monkeypatch.setattr(house, "database_answers", silent)
    answer = await client.get("/health")
    assert (answer.status_code, await answer.get_data()) == (503, b"does not answer: database, redis")
    answer = await client.get("/health/ready")
    assert (answer.status_code, await answer.get_data()) == (503, b"does not answer: database")


async def test_what_is_not_offered_says_so(api: Api) -> None:
    alice = await make.person()
    answer = await api.client.get("/api/v1/donation_campaigns", headers=alice.headers)
    assert (answer.status_code, await answer.get_data()) == (204, b"")
    await api.get("/api/v1/donation_campaigns", expect=401)
    asked = {"Accept": "application/json"}
    answer = await api.client.get("/invite/abcdef", headers=asked)
    assert (answer.status_code, (await answer.get_json())["error"]) == (404, "Record not found")
    await api.get("/api/v1_alpha/async_refreshes/abc", by=alice, expect=404)
    await api.get("/api/v1_alpha/async_refreshes/abc", expect=401)
    await api.post(f"/api/v1/accounts/{alice.id}/email_subscriptions", expect=404)


async def test_no_year_is_looked_back_on(api: Api) -> None:
    alice, base = await make.person(), "/api/v1/annual_reports"
    empty = {"annual_reports": [], "accounts": [], "statuses": []}
    assert (await api.get(base, by=alice)).json == empty
    assert (await api.get(f"{base}/2025/state", by=alice)).json == {"state": "ineligible"}
    assert (await api.post(f"{base}/2025/generate", by=alice)).json == {}
    await api.get(f"{base}/2025", by=alice, expect=404)
    await api.post(f"{base}/2025/read", by=alice, expect=404)
    await api.get(f"{base}/soon/state", by=alice, expect=404)
    reader = await make.with_scopes(alice, "read")
    await api.post(f"{base}/2025/generate", by=reader, expect=403)
    await api.get(base, expect=401)


async def test_who_is_about_to_stop_is_alive_but_not_ready(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = ("/health/live", "/health/ready", "/health", "/api/v1/streaming/health")
    assert [(await client.get(path)).status_code for path in paths] == [200, 200, 200, 200]
    monkeypatch.setattr(farewell, "_begun", False)  # as it was, afterwards
    farewell.begin()
    assert [(await client.get(path)).status_code for path in paths] == [200, 503, 503, 503]
