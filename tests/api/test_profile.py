"""One's own profile, preferences and markers."""

from __future__ import annotations

import pytest
from quart.datastructures import FileStorage

from echo.actions import accounts as account_actions
from echo.actions import profile_links
from echo.actions.drafts import ProfileDraft
from echo.models import Account
from tests import make
from tests.api.asking import Api
from tests.media import pictures

UPDATE = "/api/v1/accounts/update_credentials"


@pytest.mark.parametrize("method", ["PATCH", "PUT"])
@pytest.mark.parametrize("encoding", ["form", "json"])
async def test_a_profile_is_changed(api: Api, method: str, encoding: str) -> None:
    alice = await make.person("alice")
    body = {"display_name": "Alice \U0001f600", "note": "I like #tea", "locked": "true", "bot": "1"}
    answer = await api.ask(method, UPDATE, by=alice, **{encoding: body})
    own = answer.one("CredentialAccount")
    assert (own["display_name"], own["locked"], own["bot"]) == ("Alice \U0001f600", True, True)
    assert own["source"]["note"] == "I like #tea"
    assert 'href="https://echo.test/tags/tea"' in own["note"]
    shown = (await api.get(f"/api/v1/accounts/{alice.id}")).one("Account")
    assert shown["note"] == own["note"]


async def test_what_is_not_sent_stays_and_what_is_empty_is_cleared(api: Api) -> None:
    alice = await make.person()
    await api.patch(UPDATE, by=alice, form={"display_name": "A", "note": "words"})
    await api.patch(UPDATE, by=alice, form={"note": ""})
    own = (await api.get("/api/v1/accounts/verify_credentials", by=alice)).one("CredentialAccount")
    assert (own["display_name"], own["note"], own["source"]["note"]) == ("A", "", "")


@pytest.mark.parametrize(
    "body",
    [
        {
            "json": {
                "fields_attributes": [{"name": "a", "value": "https://a.test"}, {"name": "b", "value": "2"}]
            }
        },
        {
            "json": {
                "fields_attributes": {
                    "0": {"name": "a", "value": "https://a.test"},
                    "1": {"name": "b", "value": "2"},
                }
            }
        },
        {
            "form": {
                "fields_attributes[0][name]": "a",
                "fields_attributes[0][value]": "https://a.test",
                "fields_attributes[1][name]": "b",
                "fields_attributes[1][value]": "2",
            }
        },
        {
            "data": "fields_attributes[][name]=a&fields_attributes[][value]=https://a.test"
            "&fields_attributes[][name]=b&fields_attributes[][value]=2",
            "headers": {"Content-Type": "application/x-www-form-urlencoded"},
        },
    ],
)
async def test_profile_fields_in_every_spelling(api: Api, body: dict[str, object]) -> None:
    alice = await make.person()
    own = (await api.patch(UPDATE, by=alice, **body)).one("CredentialAccount")
    assert [(f["name"], f["value"]) for f in own["source"]["fields"]] == [("a", "https://a.test"), ("b", "2")]
    assert 'rel="nofollow noopener me"' in own["fields"][0]["value"]
    cleared = await api.patch(UPDATE, by=alice, json={"fields_attributes": []})
    assert cleared.one("CredentialAccount")["fields"] == []


async def test_defaults_for_posting_are_kept_and_used(api: Api) -> None:
    alice = await make.person()
    source = {"privacy": "private", "sensitive": True, "language": "de"}
    own = (await api.patch(UPDATE, by=alice, json={"source": source})).one("CredentialAccount")
    assert {key: own["source"][key] for key in source} == source
    chosen = (await api.get("/api/v1/preferences", by=alice)).one("Preferences")
    assert chosen["posting:default:visibility"] == "private"
    assert chosen["posting:default:sensitive"] is True
    assert chosen["posting:default:language"] == "de"
    post = (await api.post("/api/v1/statuses", by=alice, form={"status": "x"})).one("Status")
    assert (post["visibility"], post["sensitive"], post["language"]) == ("private", True, "de")
    refused = await api.patch(UPDATE, by=alice, form={"source[privacy]": "secret"}, expect=422)
    assert "Privacy" in refused.json["error"]


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("display_name", "x" * 41, "Display name is too long (maximum is 40 characters)"),
        ("note", "x" * 501, "Note is too long (maximum is 500 characters)"),
        ("fields_attributes", [{"name": "x" * 256}], "Fields is too long (maximum is 255 characters)"),
        ("fields_attributes", [{"name": "x"}] * 5, "Fields are too many (maximum is 4)"),
    ],
)
async def test_what_is_too_long_is_refused_by_name(api: Api, name: str, value: object, words: str) -> None:
    alice = await make.person()
    refused = await api.patch(UPDATE, by=alice, json={name: value}, expect=422)
    assert refused.json["error"] == f"Validation failed: {words}"
    (reasons,) = refused.one("ValidationError")["details"].values()
    assert reasons[0]["error"] == "ERR_TOO_LONG"


async def test_s_i07_nobody_promotes_or_renames_themselves(api: Api) -> None:
    alice = await make.person("alice")
    before = (await api.get("/api/v1/accounts/verify_credentials", by=alice)).json
    sent = {
        "id": 1,
        "account_id": 1,
        "username": "root",
        "acct": "root",
        "domain": "peer.test",
        "uri": "https://peer.test/root",
        "url": "https://peer.test/root",
        "role": "owner",
        "role_id": 3,
        "confirmed": True,
        "suspended": True,
        "suspended_at": "2020-01-01",
        "silenced_at": "2020-01-01",
        "created_at": "2001-01-01",
        "followers_count": 10**6,
        "email": "root@echo.test",
        "inbox": "https://peer.test/inbox",
        "account": {"username": "root"},
        "source": {"role": "owner"},
        "settings": {"role": "owner"},
        "version": 99,
    }
    await api.patch(UPDATE, by=alice, json=sent)
    await api.patch(UPDATE, by=alice, form={key: str(value) for key, value in sent.items()})
    assert (await api.get("/api/v1/accounts/verify_credentials", by=alice)).json == before
    stored = await Account.get(id=alice.id)
    assert (stored.username, stored.domain, stored.uri, stored.created_at, stored.suspended_at) == (
        "alice",
        "",
        f"https://echo.test/ap/actors/{alice.id}",
        alice.account.created_at,
        None,
    )


async def test_an_avatar_is_taken_and_thrown_away(api: Api) -> None:
    alice = await make.person()
    files = {"avatar": FileStorage(_stream(pictures.png(500, 300)), filename="a.png")}
    own = (await api.patch(UPDATE, by=alice, files=files, form={"avatar_description": "me"})).one(
        "CredentialAccount"
    )
    assert own["avatar"].startswith("https://echo.test/media/")
    assert own["avatar_description"] == "me"
    assert (await api.client.get(own["avatar"].removeprefix("https://echo.test"))).status_code == 200
    bare = (await api.delete("/api/v1/profile/avatar", by=alice)).one("CredentialAccount")
    assert bare["avatar"] == "https://echo.test/static/avatar.png"
    (await api.delete("/api/v1/profile/header", by=alice)).one("CredentialAccount")
    broken = {"header": FileStorage(_stream(b"no picture"), filename="a.png")}
    await api.patch(UPDATE, by=alice, files=broken, expect=422)


async def test_markers_are_empty_until_one_is_set(api: Api) -> None:
    alice = await make.person()
    assert (await api.get("/api/v1/markers", by=alice)).json == {}
    first = await api.post("/api/v1/markers", by=alice, form={"home[last_read_id]": "12"})
    assert first.json["home"]["last_read_id"] == "12"
    await api.post("/api/v1/markers", by=alice, json={"notifications": {"last_read_id": "7"}})
    second = await api.post("/api/v1/markers", by=alice, json={"home": {"last_read_id": 13}})
    assert list(second.json) == ["home"]
    asked = await api.get("/api/v1/markers", by=alice, query={"timeline": ["home", "notifications"]})
    assert {name: marker["last_read_id"] for name, marker in asked.json.items()} == {
        "home": "13",
        "notifications": "7",
    }
    one = await api.get("/api/v1/markers", by=alice, query={"timeline": "home"})
    marker = one.json["home"]
    assert set(one.json) == {"home"}
    assert set(marker) == {"last_read_id", "version", "updated_at"}
    assert marker["version"] == 2
    assert (await api.get("/api/v1/markers", by=await make.person())).json == {}


PROFILE = "/api/v1/profile"


async def test_the_profile_as_a_form_is_complete_from_the_first_day(api: Api) -> None:
    alice = await make.person("alice")
    shown = (await api.get(PROFILE, by=alice)).one("Profile")
    assert shown["id"] == str(alice.id)
    pictures_ = ("avatar", "avatar_static", "header", "header_static")
    assert [shown[name] for name in pictures_] == [None] * 4
    assert (shown["show_media"], shown["show_media_replies"], shown["show_featured"]) == (True, True, True)
    await api.get(PROFILE, by=await make.with_scopes(alice, "profile"))
    await api.get(PROFILE, by=await make.with_scopes(alice, "write"), expect=403)


@pytest.mark.parametrize("method", ["PATCH", "PUT"])
async def test_the_form_is_changed_as_typed_and_shown_formatted(api: Api, method: str) -> None:
    alice = await make.person("alice")
    body = {
        "display_name": "Alice",
        "note": "I like #tea",
        "fields_attributes": [{"name": "site", "value": "https://a.test"}],
        "locked": True,
        "bot": True,
        "discoverable": True,
        "indexable": True,
        "hide_collections": True,
        "show_media": False,
        "show_media_replies": False,
        "show_featured": False,
        "avatar_description": "me",
        "header_description": "a hill",
        "attribution_domains": ["Example.ORG", "https://news.test/", "example.org"],
    }
    await api.post("/api/v1/featured_tags", by=alice, form={"name": "tea"})
    shown = (await api.ask(method, PROFILE, by=alice, json=body)).one("Profile")
    for name in set(body) - {"fields_attributes", "attribution_domains"}:
        assert shown[name] == body[name], name
    assert shown["attribution_domains"] == ["example.org", "news.test"]
    assert shown["fields"][0]["value"] == "https://a.test"
    assert "<a " in shown["formatted_fields"][0]["value"]
    assert "<a " in shown["formatted_note"]
    assert [tag["name"] for tag in shown["featured_tags"]] == ["tea"]
    public = (await api.get(f"/api/v1/accounts/{alice.id}")).one("Account")
    assert (public["show_media"], public["show_media_replies"], public["show_featured"]) == (False,) * 3
    assert (public["indexable"], public["noindex"], public["bot"]) == (True, False, True)
    own = (await api.get("/api/v1/accounts/verify_credentials", by=alice)).one("CredentialAccount")
    assert own["source"]["attribution_domains"] == ["example.org", "news.test"]
    cleared = await api.ask(method, PROFILE, by=alice, json={"attribution_domains": []})
    assert cleared.one("Profile")["attribution_domains"] == []


async def test_domains_that_are_none_are_refused(api: Api) -> None:
    alice = await make.person()
    for bad in (["no domain"], ["a.test"] * 101):
        refused = await api.patch(PROFILE, by=alice, json={"attribution_domains": bad}, expect=422)
        assert "attribution_domains" in refused.one("ValidationError")["details"]
    blank = {"fields_attributes": [{"name": "", "value": "x"}]}
    refused = await api.patch(PROFILE, by=alice, json=blank, expect=422)
    assert refused.one("ValidationError")["details"]["fields"][0]["error"] == "ERR_BLANK"


async def test_an_empty_picture_is_no_picture(api: Api) -> None:
    alice = await make.person()
    files = {"avatar": FileStorage(_stream(pictures.png(50, 30)), filename="a.png")}
    assert (await api.patch(PROFILE, by=alice, files=files)).one("Profile")["avatar"]
    assert (await api.patch(PROFILE, by=alice, form={"avatar": ""})).one("Profile")["avatar"] is None


async def test_all_preferences_are_those_that_were_stored(api: Api) -> None:
    alice = await make.person()
    source = {"quote_policy": "nobody"}
    own = (await api.patch(UPDATE, by=alice, json={"source": source})).one("CredentialAccount")
    assert own["source"]["quote_policy"] == "nobody"
    kept = {"expand_media": "hide_all", "expand_spoilers": True, "autoplay": True}
    await account_actions.change_profile(alice.id, ProfileDraft(settings=dict(kept)))
    chosen = (await api.get("/api/v1/preferences", by=alice)).one("Preferences")
    assert chosen["posting:default:quote_policy"] == "nobody"
    assert chosen["reading:expand:media"] == "hide_all"
    assert (chosen["reading:expand:spoilers"], chosen["reading:autoplay:gifs"]) == (True, True)
    refused = await api.patch(UPDATE, by=alice, json={"source": {"quote_policy": "all"}}, expect=422)
    assert "Quote policy" in refused.json["error"]


async def test_a_link_that_stays_stays_verified(api: Api) -> None:
    alice = await make.person()
    rows = [{"name": "a", "value": "https://a.test"}, {"name": "b", "value": "https://b.test"}]
    await api.patch(UPDATE, by=alice, json={"fields_attributes": rows})
    await profile_links.mark_verified(alice.id, ["https://a.test", "https://gone.test"])
    shown = (await api.get(f"/api/v1/accounts/{alice.id}")).one("Account")
    assert [row["verified_at"] is None for row in shown["fields"]] == [False, True]
    rows = [{"name": "renamed", "value": "https://a.test"}, {"name": "b", "value": "https://c.test"}]
    await api.patch(UPDATE, by=alice, json={"fields_attributes": rows})
    shown = (await api.get(PROFILE, by=alice)).one("Profile")
    assert [row["verified_at"] is None for row in shown["fields"]] == [False, True]
    await api.patch(UPDATE, by=alice, json={"fields_attributes": rows[1:]})
    await api.patch(UPDATE, by=alice, json={"fields_attributes": rows})
    shown = (await api.get(PROFILE, by=alice)).one("Profile")
    assert shown["fields"][0]["verified_at"] is None


def _stream(content: bytes) -> object:
    import io

    return io.BytesIO(content)
