"""Posts in other languages, by both services."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from echo import db
from echo.actions import editing
from echo.actions.drafts import EditDraft, RemoteEmoji
from echo.config import Config
from echo.kinds import Visibility
from echo.runtime import open_runtime
from tests import make
from tests.api.asking import Api
from tests.applications import application
from tests.conftest import changed
from tests.emptying import empty
from tests.fediverse import Router
from tests.translation.fakes import FakeDeepL, FakeLibreTranslate

Open = Callable[..., "asyncio.Future[Api]"]


@asynccontextmanager
async def _server(config: Config, folder: Path, router: Router | None) -> AsyncIterator[Api]:
    runtime = await open_runtime(config, folder, transport=router)
    await empty()
    try:
        yield Api(application(runtime).test_client())
    finally:
        await runtime.close()


@pytest.fixture
async def libre() -> FakeLibreTranslate:
    return FakeLibreTranslate(key="k")


@pytest.fixture
async def api(migrated: Config, tmp_path: Path, libre: FakeLibreTranslate) -> AsyncIterator[Api]:
    """A server whose translator is LibreTranslate."""
    config = changed(
        migrated, translation={"provider": "libretranslate", "url": "https://words.test/", "key": "k"}
    )
    async with _server(config, tmp_path, Router({"words.test": libre.answer})) as opened:
        yield opened


async def test_a_post_is_translated_and_its_html_kept(api: Api, libre: FakeLibreTranslate) -> None:
    reader, author = await make.person(), await make.person("author")
    post = await make.post(
        author, "hello @author #Tag\n\nsee https://a.test/x & more", language="de", spoiler="a <warning>"
    )
    found = (await api.post(f"/api/v1/statuses/{post.id}/translate", by=reader, json={"lang": "en"})).one(
        "Translation"
    )
    assert found["language"] == "en"
    assert found["detected_source_language"] == "de"
    assert found["provider"] == "LibreTranslate"
    assert found["spoiler_text"] == "A <WARNING>"
    assert found["poll"] is None
    assert found["media_attachments"] == []
    shown = (await api.get(f"/api/v1/statuses/{post.id}", by=reader)).json["content"]
    assert found["content"].startswith("<p>HELLO <span")
    assert "<span>author</span>" in found["content"]
    assert found["content"].count("<a ") == shown.count("<a ") == 3
    assert "&amp; MORE</p>" in found["content"]
    assert libre.asked[0]["format"] == "html"
    assert libre.asked[0]["source"] == "de"


async def test_descriptions_are_translated_in_the_same_question(api: Api, libre: FakeLibreTranslate) -> None:
    author = await make.person()
    image, bare = await make.image(author, "a red cat"), await make.image(author)
    post = await make.post(author, " ", media_ids=(image.id, bare.id), language="de")
    found = (await api.post(f"/api/v1/statuses/{post.id}/translate", by=author, json={"lang": "en"})).one(
        "Translation"
    )
    assert found["content"] == ""
    assert found["media_attachments"] == [{"id": str(image.id), "description": "A RED CAT"}]
    assert len(libre.asked) == 1


async def test_the_language_is_detected_when_nobody_said_it(api: Api, libre: FakeLibreTranslate) -> None:
    author = await make.person()
    post = await make.post(author, "bonjour")
    found = (await api.post(f"/api/v1/statuses/{post.id}/translate", by=author)).one("Translation")
    assert libre.asked[0]["source"] == "auto"
    assert (found["detected_source_language"], found["language"]) == ("fr", "en")


async def test_the_target_is_what_the_caller_speaks(api: Api) -> None:
    author = await make.person()
    post = await make.post(author, "hello", language="en")
    path = f"/api/v1/statuses/{post.id}/translate"
    answer = await api.ask("POST", path, by=author, headers={"Accept-Language": "xx, de-AT;q=0.9"})
    assert answer.json["language"] == "de"


async def test_emoji_are_no_words(api: Api, libre: FakeLibreTranslate) -> None:
    reader = await make.person()
    post = await make.remote_post(
        await make.stranger(),
        "<p>nice :blobcat: and :other:</p>",
        language="de",
        emojis=(RemoteEmoji(shortcode="blobcat", url="https://peer.test/e.png"),),
    )
    found = await api.post(f"/api/v1/statuses/{post.id}/translate", by=reader, json={"lang": "en"})
    assert found.json["content"] == "<p>NICE :blobcat: AND :OTHER:</p>"


async def test_a_translation_is_kept_until_the_post_changes(api: Api, libre: FakeLibreTranslate) -> None:
    author = await make.person()
    post = await make.post(author, "hallo", language="de")
    path = f"/api/v1/statuses/{post.id}/translate"
    first = await api.post(path, by=author, json={"lang": "en"})
    second = await api.post(path, by=author, json={"lang": "en"})
    assert first.body == second.body
    assert len(libre.asked) == 1
    await api.post(path, by=author, json={"lang": "fr"})
    assert len(libre.asked) == 2
    await editing.edit(author.id, post.id, EditDraft(text="anders", language="de"))
    assert (await api.post(path, by=author, json={"lang": "en"})).json["content"] == "<p>ANDERS</p>"


async def test_s_e03_what_the_service_says_is_cleaned(api: Api, libre: FakeLibreTranslate) -> None:
    author = await make.person()
    post = await make.post(author, "hallo", language="de")
    path = f"/api/v1/statuses/{post.id}/translate"
    await api.get("/api/v1/instance/translation_languages")
    libre.body = b'{"translatedText": ["<p onclick=x>hi<script>alert(1)</script></p>"]}'
    found = await api.post(path, by=author, json={"lang": "en"})
    assert found.json["content"] == "<p>hi</p>"


@pytest.mark.parametrize("visibility", [Visibility.FOLLOWERS, Visibility.DIRECT])
async def test_what_not_everybody_may_read_is_not_sent_away(
    api: Api, libre: FakeLibreTranslate, visibility: Visibility
) -> None:
    author, other = await make.person(), await make.person()
    post = await make.post(author, "hallo", language="de", visibility=visibility)
    path = f"/api/v1/statuses/{post.id}/translate"
    await api.post(path, by=author, json={"lang": "en"}, expect=403)
    await api.post(path, by=other, json={"lang": "en"}, expect=404)
    assert libre.asked == []


async def test_a_translation_needs_a_token_with_the_scope(api: Api) -> None:
    author = await make.person()
    post = await make.post(author, "hallo")
    path = f"/api/v1/statuses/{post.id}/translate"
    await api.post(path, expect=401)
    await api.post(path, by=await make.with_scopes(author, "read:accounts"), expect=403)
    await api.post(path, by=await make.app_token("read"), expect=422)
    await api.post("/api/v1/statuses/1/translate", by=author, expect=404)


@pytest.mark.parametrize("language", ["en", "xx", "zh-TW"])
async def test_a_language_that_the_service_does_not_speak_is_refused(api: Api, language: str) -> None:
    author = await make.person()
    post = await make.post(author, "hello", language="en")
    path = f"/api/v1/statuses/{post.id}/translate"
    await api.ask(
        "POST", path, by=author, json={"lang": language}, headers={"Accept-Language": "en"}, expect=403
    )


@pytest.mark.parametrize("status", [429, 456, 403, 500, 302])
async def test_a_service_that_refuses_is_an_outage(api: Api, libre: FakeLibreTranslate, status: int) -> None:
    author = await make.person()
    post = await make.post(author, "hallo", language="de")
    path = f"/api/v1/statuses/{post.id}/translate"
    libre.status = status
    await api.post(path, by=author, json={"lang": "en"}, expect=503)
    libre.status = 200
    await api.post(path, by=author, json={"lang": "en"})


@pytest.mark.parametrize(
    "body", [b"<html>", b"[]", b'{"translatedText": []}', b'{"translatedText": "x"}', b"\xff"]
)
async def test_an_answer_that_is_none_is_an_outage(api: Api, libre: FakeLibreTranslate, body: bytes) -> None:
    author = await make.person()
    post = await make.post(author, "hallo", language="de")
    await api.get("/api/v1/instance/translation_languages")
    libre.body = body
    await api.post(f"/api/v1/statuses/{post.id}/translate", by=author, json={"lang": "en"}, expect=503)


async def test_languages_are_listed_and_asked_for_once(api: Api, libre: FakeLibreTranslate) -> None:
    for _ in range(2):
        found = (await api.get("/api/v1/instance/translation_languages")).json
        assert found["en"] == ["de", "fr"]
        assert found["und"] == ["en", "de", "fr"]
    assert len(libre.requests) == 1
    instance = (await api.get("/api/v2/instance")).one("Instance")
    assert instance["configuration"]["translation"] == {"enabled": True}


async def test_without_a_service_nothing_is_translated(migrated: Config, tmp_path: Path) -> None:
    async with _server(migrated, tmp_path, Router()) as api:
        author = await make.person()
        post = await make.post(author, "hallo", language="de")
        await api.post(f"/api/v1/statuses/{post.id}/translate", by=author, json={"lang": "en"}, expect=404)
        assert (await api.get("/api/v1/instance/translation_languages")).json == {}
        instance = (await api.get("/api/v2/instance")).json
        assert instance["configuration"]["translation"] == {"enabled": False}


async def test_deepl_translates(migrated: Config, tmp_path: Path) -> None:
    fake = FakeDeepL()
    config = changed(migrated, translation={"provider": "deepl", "key": fake.key})
    async with _server(config, tmp_path, Router({"api-free.deepl.com": fake.answer})) as api:
        author = await make.person()
        post = await make.post(author, "hello #Tag", language="en", spoiler="careful")
        known = (await api.get("/api/v1/instance/translation_languages")).json
        assert known["de"] == ["en", "pt", "en-GB", "en-US", "pt-BR"]
        path = f"/api/v1/statuses/{post.id}/translate"
        found = (await api.post(path, by=author, json={"lang": "pt-BR"})).one("Translation")
        assert found["content"].startswith("<p>HELLO <a ")
        assert (found["spoiler_text"], found["language"], found["provider"]) == (
            "CAREFUL",
            "pt",
            "DeepL.com",
        )
        assert fake.asked[0]["source_lang"] == "EN"
        unmarked = await make.post(author, "hallo")
        found = (await api.post(f"/api/v1/statuses/{unmarked.id}/translate", by=author)).json
        assert found["detected_source_language"] == "de"
        assert "source_lang" not in fake.asked[1]
        fake.status = 456
        other = await make.post(author, "hello", language="en")
        path = f"/api/v1/statuses/{other.id}/translate"
        answer = await api.post(path, by=author, json={"lang": "de"}, expect=503)
        assert "quota" in answer.json["error"]


@asynccontextmanager
async def _loopback(body: bytes) -> AsyncIterator[int]:
    """A service on this machine that always says the same."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(body))
        writer.write(body)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


@pytest.mark.parametrize(("ranges", "status"), [(["127.0.0.1/32"], 200), ([], 503)])
async def test_a_service_in_the_house_is_reached_when_it_is_named(
    migrated: Config, tmp_path: Path, ranges: list[str], status: int
) -> None:
    async with _loopback(b'[{"code": "en", "name": "English", "targets": ["de"]}]') as port:
        config = changed(
            migrated,
            translation={
                "provider": "libretranslate",
                "url": f"http://127.0.0.1:{port}",
                "allowed_private_ranges": ranges,
            },
        )
        async with _server(config, tmp_path, None) as api:
            await api.get("/api/v1/instance/translation_languages", expect=status)
            await db.fetch("SELECT 1")
